"""All submissions, by class."""

from . import cheats, feedback, files, foreign, killers, mess, network, runaways

CLASSES = {
    "runaways": runaways,
    "killers": killers,
    "mess": mess,
    "files": files,
    "cheats": cheats,
    "network": network,
    "feedback": feedback,
    "foreign": foreign,
}


def _collect(attribute):
    collected = []
    for kind, module in CLASSES.items():
        for submission in getattr(module, attribute, []):
            submission.kind = kind
            collected.append(submission)
    return collected


SUBMISSIONS = _collect("SUBMISSIONS")
BEYOND = _collect("BEYOND")  # cheats that no engine of this kind can tell from right answers

_names = [submission.student for submission in SUBMISSIONS + BEYOND]
assert len(set(_names)) == len(_names), "two submissions have the same name"
