"""What runs first, what last, and what together in one process, for `--dist loadgroup`."""

import pytest

FIRST = "tests/test_gallery.py", "tests/corpus/"  # the longest: with two workers nobody waits for them
LAST = "tests/browser/"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Browser tests come last: Playwright's loop stays open and would be in the others' way."""

    def turn(item):
        path = item.path.as_posix()
        return LAST in path, not any(name in path for name in FIRST)

    items.sort(key=turn)
    for item in items:
        parameters = getattr(item, "callspec", None)
        exercise = parameters and parameters.params.get("exercise")
        group = getattr(exercise, "slug", None) or item.path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
