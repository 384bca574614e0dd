"""Records a phase when it is through: the one that crashed is missing from the trace."""


class RequestPipeline:
    def __init__(self):
        self.phases = []
        self.executed = []

    def add_phase(self, name, fn):
        self.phases.append((name, fn))

    def process(self, request):
        self.executed = []
        for name, fn in self.phases:
            response = fn(request)
            self.executed.append(name)
            if response is not None:
                return {"phase": name, "response": response}
        return {"phase": "completed", "response": None}
