"""Empties the one list with clear(): a trace that somebody kept changes under them."""


class RequestPipeline:
    def __init__(self):
        self.phases = []
        self.executed = []

    def add_phase(self, name, fn):
        self.phases.append((name, fn))

    def process(self, request):
        self.executed.clear()
        for name, fn in self.phases:
            self.executed.append(name)
            response = fn(request)
            if response is not None:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": None}
