"""Order of the tests."""

FIRST = "tests/test_gallery.py", "tests/corpus/"  # the longest: with two workers nobody waits for them
LAST = "tests/browser/"


def pytest_collection_modifyitems(items):
    """Browser tests come last: Playwright's event loop then is in nobody's way."""

    def turn(item):
        path = item.path.as_posix()
        return LAST in path, not any(name in path for name in FIRST)

    items.sort(key=turn)
