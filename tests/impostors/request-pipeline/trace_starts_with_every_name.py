"""Writes all the names down at the start, instead of each before its call."""


class RequestPipeline:
    def __init__(self):
        self.phases = []
        self.executed = []

    def add_phase(self, name, fn):
        self.phases.append((name, fn))

    def process(self, request):
        self.executed = [name for name, fn in self.phases]
        for name, fn in self.phases:
            response = fn(request)
            if response is not None:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": None}
