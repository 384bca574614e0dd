"""A capstone's parts: the student's own where they are known to work, else spare parts.

A capstone joins what earlier exercises built. Where one of those is missing, or fails its own
checks, a *spare part* stands in: a small given class that can do what the capstone asks and no more.
So one fault costs one exercise, and the capstone can be done, and graded, on its own.

    parts = lab.pieces(globals(), {"Router": ("router", SpareRouter)})
    parts.Router()

The capstone's code says `parts.Router`, its checks pass with either, and a notebook that displays
`parts` says which ones stand in.
"""

from .progress import is_solved, number


def pieces(namespace, wanted):
    """Choose the parts of a capstone.

    The parts of one exercise come together: all the student's own, when both tests cells of the
    exercise passed when they ran last and every name is defined; otherwise all spare.

    Args:
        namespace (dict): the notebook's names, `globals()`.
        wanted (dict[str, tuple[str, object]]): the slug of the exercise and the spare part, by name.

    Returns:
        Pieces: holds each part as an attribute, and displays where it is from.
    """
    exercises = {}  # slug -> the names of its parts
    for name, (slug, _) in wanted.items():
        exercises.setdefault(slug, []).append(name)
    reasons = {slug: _why_not(slug, names, namespace) for slug, names in exercises.items()}
    chosen, lines = {}, []
    for name, (slug, spare) in wanted.items():
        reason = reasons[slug]
        chosen[name] = spare if reason else namespace[name]
        lines.append(f"{name}: a spare part, since {reason}" if reason else f"{name}: yours")
    return Pieces(chosen, lines)


class Pieces:
    """The parts of a capstone as attributes."""

    def __init__(self, chosen, lines):
        vars(self).update(chosen)
        self._lines = lines

    def __repr__(self):
        return "\n".join(self._lines)


def _why_not(slug, names, namespace):
    """Why the parts of an exercise cannot be the student's own; "" if they can."""
    exercise = f"{number(slug)} {slug}".strip()
    if not is_solved(slug):
        return f"{exercise} is not solved yet"
    missing = [name for name in names if name not in namespace]
    return f"{missing[0]} of {exercise} is not defined" if missing else ""
