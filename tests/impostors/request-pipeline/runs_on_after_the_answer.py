"""Keeps the first answer but lets the other phases run."""


class RequestPipeline:
    def __init__(self):
        self.phases = []
        self.executed = []

    def add_phase(self, name, fn):
        self.phases.append((name, fn))

    def process(self, request):
        self.executed = []
        result = {"phase": "completed", "response": None}
        for name, fn in self.phases:
            if result["phase"] == "completed":
                self.executed.append(name)
            response = fn(request)
            if response is not None and result["phase"] == "completed":
                result = {"phase": name, "response": response}
        return result
