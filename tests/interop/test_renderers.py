"""The negotiator of 2.5 against werkzeug's `MIMEAccept`, a parser of HTML and real clients."""

import http.client
import json
import threading
import urllib.request
from html.parser import HTMLParser
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

SECONDS = 5
TYPES = ["application/json", "text/html", "text/plain", "text/csv", "image/png"]
RANGES = [*TYPES, "application/*", "text/*", "image/*", "*/*", "video/mp4"]


@pytest.fixture(scope="module")
def names(answer):
    return answer("renderers")


@pytest.fixture(scope="module")
def choose(names):
    """`choose(header, available)`: the chosen type, or None for a 406."""

    def chosen(header, available):
        negotiator = names["ContentNegotiator"]()
        for each in available:
            negotiator.register_renderer(each, each.__add__)
        try:
            chosen, body = negotiator.negotiate(header, "!")
        except names["NotAcceptable"] as error:
            assert str(error) == "406 Not Acceptable"
            return None
        assert body == f"{chosen}!"  # its renderer, and no other one
        return chosen

    return chosen


def werkzeug_choose(header, available):
    return parse_accept_header(header, MIMEAccept).best_match(available)


# ------------------------------------------------------------------ werkzeug


@st.composite
def headers(draw):
    """A header and the quality of each range in it, in thousandths."""
    ranges = draw(st.lists(st.sampled_from(RANGES), min_size=1, max_size=6, unique=True))
    thousandths = {name: draw(st.integers(0, 1000)) for name in ranges}
    elements = []
    for name, q in thousandths.items():
        spelled = draw(st.sampled_from([name, name.upper(), name.title()]))
        separator = draw(st.sampled_from([";q=", "; q=", " ;q=", ";Q="]))
        omitted = q == 1000 and draw(st.booleans())
        elements.append(spelled if omitted else f"{spelled}{separator}{q / 1000:.3f}")
    return draw(st.sampled_from([",", ", ", " , "])).join(elements), thousandths


def grade(media_type, thousandths):
    for name in (media_type, media_type.split("/")[0] + "/*", "*/*"):
        if name in thousandths:
            return thousandths[name]
    return 0


@settings(max_examples=300, deadline=None)
@given(headers(), st.lists(st.sampled_from(TYPES), min_size=1, max_size=5, unique=True))
def test_werkzeug_chooses_the_same_type_where_there_is_no_tie(choose, header, available):
    """Both follow RFC 9110, 12.5.1: the most specific range gives the quality, 0 is never, the best
    wins. Left out, since the two have rules of their own there (see below): ties for the best,
    parameters other than q, a malformed q, blanks around "=", and an empty header."""
    text, thousandths = header
    grades = sorted((grade(each, thousandths) for each in available), reverse=True)
    assume(grades[0] == 0 or grades[0] not in grades[1:])
    chosen = choose(text, available)
    assert chosen == werkzeug_choose(text, available)
    assert (chosen is None) == (grades[0] == 0)


@settings(max_examples=150, deadline=None)
@given(headers(), st.permutations(TYPES))
def test_ties_go_to_the_first_registered(choose, header, available):
    text, thousandths = header
    best = max(available, key=lambda each: grade(each, thousandths))  # the first of the best
    expected = best if grade(best, thousandths) else None
    assert choose(text, available) == expected


@pytest.mark.parametrize("header, ours, theirs", [
    # a tie: ours goes by the order of registration, werkzeug by the more specific range
    ("text/html, */*", "application/json", "text/html"),
    # other parameters: ours ignores them, in werkzeug the type must have the same ones
    ("text/html;level=1", "text/html", None),
    ("text/html;level=1;q=0.4, application/json;q=0.3", "text/html", "application/json"),
    # a malformed q: for ours the type's quality is 0, werkzeug skips the element
    ("application/json;q=high, */*;q=0.5", "text/html", "application/json"),
    # blanks around "=" (which RFC 9110, 5.6.6 does not allow): werkzeug does not see this q
    ("application/json;q = 0.5, text/html;q=0.9", "text/html", "application/json"),
    # an empty header: for ours it is no header
    ("", "application/json", None),
])
def test_where_werkzeug_goes_its_own_way(choose, header, ours, theirs):
    available = ["application/json", "text/html"]
    assert (choose(header, available), werkzeug_choose(header, available)) == (ours, theirs)


@settings(max_examples=200, deadline=None)
@given(st.text("texhml/*;,q=. 019-naif\t\"", max_size=40))
def test_any_header_is_answered_or_a_406(choose, header):
    assert choose(header, TYPES) in {None, *TYPES}


# ------------------------------------------------------------------ HTML


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_endtag(self, tag):
        self.tags.append(f"/{tag}")

    def handle_data(self, data):
        self.text += data


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text("<>&;\"'/=!-ap x"))
@example("", "</p><script>")
@example("", "<p onclick='x'")
def test_a_parser_finds_one_paragraph_and_the_text(names, free, hostile):
    data = {"name": hostile, "note": free}
    page = Page(names["card_html"](data))
    assert page.tags == [("p", []), "/p"]
    assert page.text == names["card_text"](data)


@given(st.text("<>&ab "))
def test_markupsafe_escapes_the_same(names, text):
    """Quotes aside, which the two write as different references."""
    assert names["card_html"]({"name": text}) == f"<p>{escape(names['card_text']({'name': text}))}</p>"


# ------------------------------------------------------------------ real clients


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def url(names):
    negotiator = names["ContentNegotiator"]()
    negotiator.register_renderer("application/json", names["card_json"])
    negotiator.register_renderer("text/html", names["card_html"])
    negotiator.register_renderer("text/plain", names["card_text"])

    def app(environ, start_response):
        try:
            kind, body = negotiator.negotiate(environ.get("HTTP_ACCEPT"), names["CARD"])
            status = "200 OK"
        except names["NotAcceptable"] as error:
            status, kind, body = str(error), "text/plain", ""
        start_response(status, [("Content-Type", kind), ("Vary", "Accept")])
        return [body.encode()]

    with make_server("127.0.0.1", 0, app, handler_class=QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield "http://{}:{}".format(*server.server_address)
        server.shutdown()
        thread.join(SECONDS)


def test_clients_without_wishes_get_json(names, url):
    """httpx sends */*, urllib and http.client send no Accept at all."""
    assert httpx.get(url, timeout=SECONDS).json() == names["CARD"]
    with urllib.request.urlopen(url, timeout=SECONDS) as response:
        assert json.load(response) == names["CARD"]
    client = http.client.HTTPConnection(url.removeprefix("http://"), timeout=SECONDS)
    client.request("GET", "/")
    assert json.load(client.getresponse()) == names["CARD"]
    client.close()


@pytest.mark.parametrize("accept, status, kind", [
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200, "text/html"),
    ("text/plain", 200, "text/plain"),
    ("application/xml", 406, "text/plain"),
])
def test_a_client_with_wishes_gets_its_form(url, accept, status, kind):
    response = httpx.get(url, headers={"Accept": accept}, timeout=SECONDS)
    assert (response.status_code, response.headers["Content-Type"]) == (status, kind)
