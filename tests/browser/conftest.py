"""Chromium, JupyterLab, and a lesson that is open and was run once while still blank."""

import os
import shutil
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest

from .lessons import lessons
from .page import NotebookPage
from .server import jupyter_lab

WINDOW = {"width": 1000, "height": 900}
CHROMIUM = ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
# As root, and in containers with a small /dev/shm; nothing here is fetched from the network.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"]


@pytest.fixture(scope="session")
def chromium():
    candidates = [os.environ.get("WEBCOURSE_CHROMIUM"), *CHROMIUM]
    path = next(filter(None, map(shutil.which, filter(None, candidates))), None)
    if path is None:
        reason = "there is no Chromium; install it, or name it in WEBCOURSE_CHROMIUM"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory):
    folder = os.environ.get("WEBCOURSE_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory):
    """The address of a JupyterLab that holds all lessons."""
    folder = tmp_path_factory.mktemp("jupyter")
    (folder / "work").mkdir()
    for lesson in lessons():
        nbformat.write(lesson.notebook, folder / "work" / f"{lesson.name}.ipynb")
    with jupyter_lab(folder, sys.executable) as address:
        yield address


@pytest.fixture(scope="session", params=lessons(), ids=lambda lesson: lesson.name)
def lesson(request):
    return request.param


@pytest.fixture(scope="session")
def handed_out(browser, server, lesson, screenshots):
    """The lesson in a window, as it was handed out."""
    with closing(browser.new_page(viewport=WINDOW, locale="en-US")) as page:
        page.goto(server)
        yield NotebookPage(page, f"{lesson.name}.ipynb", screenshots)


@pytest.fixture(scope="session")
def opened(handed_out):
    """The same, run from top to bottom while it is still blank."""
    handed_out.run_all()
    return handed_out
