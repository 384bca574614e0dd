"""The gates: what a lesson must be before it is built. Each is a small function.

A gate takes a Lesson and yields a LessonError for each mistake. None of them runs any code of the
lesson.
"""

from . import checks, code, names, prose, structure

GATES = (*structure.GATES, *code.GATES, *names.GATES, *checks.GATES, *prose.GATES)


def mistakes(lesson):
    """All the mistakes in a lesson.

    Args:
        lesson (Lesson): a lesson, or a fragment of one.

    Returns:
        list[LessonError]: in the order of the lines.
    """
    found = [mistake for gate in GATES for mistake in gate(lesson)]
    return sorted(found, key=lambda mistake: mistake.line)
