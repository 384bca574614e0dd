"""The query parser against the standard library, werkzeug and starlette, and behind a real server."""

import urllib.parse

import httpx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from webcourse import lab

# Mostly what has a meaning: separators, escapes good and bad, and bytes that are not UTF-8.
PIECES = ["&", "=", "+", "%20", "%26", "%3D", "%C3%BC", "%FF", "%", "%2", "%zz", ";", "?", "a", "b", "\u00fc"]
raw_texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
words = st.text(max_size=5)
fields = st.lists(st.tuples(words, words), max_size=6)


@pytest.fixture(scope="module")
def query(answer):
    return answer("query-string")["QueryString"]


def by_name(pairs):
    found = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def check(query, raw, pairs):
    """Whether all three questions are answered as *pairs* say."""
    expected, ours = by_name(pairs), query(raw)
    assert ours.all() == expected
    for name, values in expected.items():
        assert ours.get(name, "default") == values[0]
        assert ours.get_list(name) == values


@settings(max_examples=300, deadline=None)
@given(raw_texts)
def test_the_standard_library_reads_the_same_text_alike(query, raw):
    pairs = urllib.parse.parse_qsl(raw.removeprefix("?"), keep_blank_values=True, separator="&")
    check(query, raw, pairs)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_read_like_the_standard_library(query, raw):
    pairs = urllib.parse.parse_qsl(raw.removeprefix("?"), keep_blank_values=True, separator="&")
    check(query, raw, pairs)


@settings(max_examples=150, deadline=None)
@given(fields)
def test_what_the_standard_library_writes_is_read_back(query, pairs):
    check(query, urllib.parse.urlencode(pairs), pairs)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([p for p in PIECES if p.isascii() and p != "%FF"]), max_size=20).map("".join))
def test_werkzeug_and_starlette_read_the_same_text_alike(query, raw):
    expected = query("?" + raw).all()
    assume("\ufffd" not in repr(expected))  # "%", "a", "a": werkzeug keeps bytes that are not UTF-8
    request = Request(EnvironBuilder(query_string=raw).get_environ())
    assert request.args.to_dict(flat=False) == expected
    assert by_name(QueryParams(raw).multi_items()) == expected


@pytest.mark.parametrize("count", [999, 1000, 1001])
def test_the_limit_is_that_of_the_standard_library(query, count):
    raw = "&".join(["a=1"] * count)
    outcomes = []
    for read in (query, lambda text: urllib.parse.parse_qsl(text, max_num_fields=1000)):
        try:
            read(raw)
            outcomes.append("read")
        except ValueError:
            outcomes.append("refused")
    assert outcomes == ["refused" if count > 1000 else "read"] * 2


def test_a_million_fields_are_refused_before_they_are_decoded(query):
    with pytest.raises(ValueError):
        query("%41=%42&" * 100_000)


def test_what_a_client_sends_arrives(query):
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [repr(query(environ["QUERY_STRING"]).all()).encode()]

    sent = {"name": "Z\u00fcrich & M\u00fcnchen", "tags": ["a=b", "c+d", ""], "q": "100% ;?"}
    with lab.serve(app) as url, httpx.Client(base_url=url, timeout=10) as client:
        response = client.get("/search", params=sent)
    expected = {name: [value] if isinstance(value, str) else value for name, value in sent.items()}
    assert response.text == repr(expected)
