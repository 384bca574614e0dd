"""Never empties executed: the second request carries the trace of the first."""


class RequestPipeline:
    def __init__(self):
        self.phases = []
        self.executed = []

    def add_phase(self, name, fn):
        self.phases.append((name, fn))

    def process(self, request):
        for name, fn in self.phases:
            self.executed.append(name)
            response = fn(request)
            if response is not None:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": None}
