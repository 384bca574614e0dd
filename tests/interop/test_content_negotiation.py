"""The negotiation exercise against werkzeug's `MIMEAccept.best_match`."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

TYPES = ["application/json", "text/html", "text/plain", "text/csv", "image/png"]
RANGES = [*TYPES, "application/*", "text/*", "image/*", "*/*", "video/mp4"]


@pytest.fixture(scope="module")
def negotiate(answer):
    return answer("content-negotiation")["negotiate_content_type"]


def werkzeug_negotiate(header, available):
    return parse_accept_header(header, MIMEAccept).best_match(available)


@st.composite
def headers(draw):
    """A header and the quality of each range in it, in thousandths."""
    ranges = draw(st.lists(st.sampled_from(RANGES), min_size=1, max_size=6, unique=True))
    thousandths = {name: draw(st.integers(0, 1000)) for name in ranges}
    elements = []
    for name, q in thousandths.items():
        separator = draw(st.sampled_from([";q=", "; q=", " ;q=", ";Q="]))
        omitted = q == 1000 and draw(st.booleans())
        elements.append(name if omitted else f"{name}{separator}{q / 1000:.3f}")
    return draw(st.sampled_from([",", ", "])).join(elements), thousandths


def grade(media_type, thousandths):
    for name in (media_type, media_type.split("/")[0] + "/*", "*/*"):
        if name in thousandths:
            return thousandths[name]
    return 0


@settings(max_examples=400, deadline=None)
@given(headers(), st.lists(st.sampled_from(TYPES), min_size=1, max_size=5, unique=True))
def test_werkzeug_chooses_the_same_type_where_there_is_no_tie(negotiate, header, available):
    """Compared where both follow RFC 9110, 12.5.1: the most specific range gives the quality, 0 is
    never, the best wins. Left out, since the two have rules of their own there (see below): ties for
    the best, parameters other than q, a malformed q, blanks around "=", and an empty header."""
    text, thousandths = header
    grades = sorted((grade(each, thousandths) for each in available), reverse=True)
    assume(grades[0] == 0 or grades[0] not in grades[1:])
    chosen = negotiate(text, available)
    assert chosen == werkzeug_negotiate(text, available)
    assert (chosen is None) == (grades[0] == 0)
    if chosen:
        assert grade(chosen, thousandths) == grades[0]


@pytest.mark.parametrize("header, ours, theirs", [
    # a tie: ours goes by the server's order, werkzeug by the more specific range
    ("text/html, */*", "application/json", "text/html"),
    # other parameters: ours ignores them, in werkzeug the type must have the same ones
    ("text/html;level=1", "text/html", None),
    # a malformed q: for ours the type's quality is 0, werkzeug skips the element
    ("application/json;q=high, */*;q=0.5", "text/html", "application/json"),
    ("text/html;q=high, */*;q=0.5, application/json;q=0", None, "text/html"),
    # blanks around "=" (which RFC 9110, 5.6.6 does not allow): werkzeug does not see this q
    ("application/json;q = 0.5, text/html;q=0.9", "text/html", "application/json"),
    # an empty header: for ours it is no header
    ("", "application/json", None),
])
def test_where_werkzeug_goes_its_own_way(negotiate, header, ours, theirs):
    available = ["application/json", "text/html"]
    assert (negotiate(header, available), werkzeug_negotiate(header, available)) == (ours, theirs)


@settings(max_examples=300, deadline=None)
@given(st.text("texhml/*;,q=. 019-naif\t\"", max_size=40))
def test_no_header_raises(negotiate, header):
    assert negotiate(header, TYPES) in {None, *TYPES}
