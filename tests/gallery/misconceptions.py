"""Which checks each impostor fails, for the class report. `python -m tests.gallery.misconceptions`

A student's wrong answer that fails the same checks is likely to rest on the same misconception.
"""

import json

from . import workbench
from .candidates import candidates

PAGE = workbench.LESSONS / "misconceptions.json"


def misconceptions(exercise):
    """What the checks make of an exercise's impostors.

    Args:
        exercise (workbench.Exercise)

    Returns:
        list[dict]: `impostor` (its name), `sentence` (its docstring) and `failed`, the names of the
            test functions that it fails, in their order, over all tests cells.
    """
    found = []
    for candidate in candidates(exercise):
        if candidate.kind == "impostor":
            verdicts = workbench.verdicts_once(exercise, candidate.answer)
            failed = [check.name for v in verdicts for check in v.checks if not check.passed]
            found.append(
                {
                    "impostor": candidate.name,
                    "sentence": candidate.says,
                    "failed": list(dict.fromkeys(failed)),
                }
            )
    return found


def page():
    """dict[str, list[dict]]: the content of the file, by exercise."""
    return {slug: misconceptions(exercise) for slug, exercise in workbench.all_exercises().items()}


def committed():
    """dict[str, list[dict]]: what the file holds now."""
    return json.loads(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(json.dumps(page(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{PAGE.relative_to(workbench.ROOT)} is written")
