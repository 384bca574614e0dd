"""Keeps the phases in a dict: a second one of the same name replaces the first."""


class RequestPipeline:
    def __init__(self):
        self.phases = {}
        self.executed = []

    def add_phase(self, name, fn):
        self.phases[name] = fn

    def process(self, request):
        self.executed = []
        for name, fn in self.phases.items():
            self.executed.append(name)
            response = fn(request)
            if response is not None:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": None}
