"""Hands each phase a copy of the request: what one adds, the next never sees."""


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
            response = fn(dict(request))
            if response is not None:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": None}
