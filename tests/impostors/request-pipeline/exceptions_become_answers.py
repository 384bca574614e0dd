"""Catches whatever a phase raises and makes an answer of it."""


class RequestPipeline:
    def __init__(self):
        self.phases = []
        self.executed = []

    def add_phase(self, name, fn):
        self.phases.append((name, fn))

    def process(self, request):
        self.executed = []
        for name, fn in self.phases:
            self.executed.append(name)
            try:
                response = fn(request)
            except Exception as error:
                response = {"error": str(error)}
            if response is not None:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": None}
