"""Asks whether the answer is truthy: an empty list or 0 counts as no answer."""


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
            response = fn(request)
            if response:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": None}
