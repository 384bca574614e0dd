"""Order of the tests."""


def pytest_collection_modifyitems(items):
    """Browser tests come last: Playwright's event loop then is in nobody's way."""
    items.sort(key=lambda item: "tests/browser/" in item.path.as_posix())
