"""The events of 2.11 in a real browser: the `EventSource` for which the format was made."""

import contextlib
import shutil

import pytest

from webcourse import lab

from .event_stream import Event
from .test_streaming import PIECES, asgi, made_of, received

sync_api = pytest.importorskip("playwright.sync_api")

LISTEN = """([path, count]) => new Promise(done => {
    const found = [], source = new EventSource(path);
    const note = event => {
        found.push([event.type, event.data, event.lastEventId]);
        if (found.length == count) { source.close(); done(found); }
    };
    for (const type of ["message", "admin"]) source.addEventListener(type, note);
})"""


def test_an_event_source_in_a_browser_gets_every_item(answer):
    response = answer("streaming")["StreamingResponse"]
    items = [
        *PIECES,
        "".join(PIECES),
        "a\n\nevent: admin\ndata: let me in\n\n",
        b"\r\r\n\n",
        "",
        "the end",
    ]

    async def app(scope, receive, send):
        if scope["type"] == "http" and scope["path"] == "/events":
            return await asgi(lambda: response.sse(made_of(*items)))(scope, receive, send)
        return await asgi(lambda: response(made_of("<title>page</title>"), "text/html"))(
            scope, receive, send
        )

    with contextlib.ExitStack() as stack:
        playwright = stack.enter_context(sync_api.sync_playwright())
        installed = shutil.which("chromium") or shutil.which("chromium-browser")
        try:
            chromium = playwright.chromium.launch(
                executable_path=installed, args=["--no-sandbox"], timeout=30_000
            )
        except sync_api.Error as error:
            pytest.skip(f"no Chromium here: {str(error).splitlines()[0]}")
        stack.callback(chromium.close)
        url = stack.enter_context(lab.serve(app))
        page = chromium.new_page()
        page.set_default_timeout(10_000)
        page.goto(url)
        found = page.evaluate(LISTEN, ["/events", len(items)])
    assert [Event(*each) for each in found] == received(*items)
