"""Order of the tests; xdist keeps it with --no-loadscope-reorder, which `make test` says."""

FIRST = "tests/test_gallery.py", "tests/corpus/"  # the longest: with two workers nobody waits for them
LAST = "tests/browser/"


def pytest_collection_modifyitems(items):
    """Browser tests come last: Playwright's loop stays open and would be in the others' way."""

    def turn(item):
        path = item.path.as_posix()
        return LAST in path, not any(name in path for name in FIRST)

    items.sort(key=turn)
