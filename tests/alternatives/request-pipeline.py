"""Lazy: a generator runs the phases, and `next` takes the first answer."""


class RequestPipeline:
    def __init__(self):
        self.phases = []
        self.executed = []

    def add_phase(self, name, fn):
        self.phases += [(name, fn)]

    def process(self, request):
        self.executed = trace = []
        nobody = {"phase": "completed", "response": None}
        return next(self._answers(request, trace), nobody)

    def _answers(self, request, trace):
        for name, fn in self.phases:
            trace.append(name)
            if (answer := fn(request)) is not None:
                yield {"phase": name, "response": answer}
