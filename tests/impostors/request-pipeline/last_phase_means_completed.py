"""Says completed when the last phase has run, though that phase answered."""


class RequestPipeline:
    def __init__(self):
        self.phases = []
        self.executed = []

    def add_phase(self, name, fn):
        self.phases.append((name, fn))

    def process(self, request):
        self.executed = []
        response = None
        for name, fn in self.phases:
            self.executed.append(name)
            response = fn(request)
            if response is not None and "error" in response:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": response}
