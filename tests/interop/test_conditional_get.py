"""The conditional GET exercise against werkzeug's parser of tags and a client that polls."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.http import is_resource_modified, parse_etags, quote_etag, unquote_etag

from webcourse import lab

CURRENT = "e47b37661facc28f4693e0329caa53ae"
# etagc of RFC 9110, 8.8.3, without a trailing backslash, which some parsers take for an escape
opaque = st.just(CURRENT) | st.text([chr(c) for c in range(0x23, 0x7F) if chr(c) != "\\"], max_size=9)
tags = st.builds(quote_etag, opaque, weak=st.booleans())
lists = st.just("*") | st.lists(tags, min_size=1, max_size=5).map(", ".join)
data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def names(answer):
    return answer("conditional-get")


def as_app(names, resource):
    """A WSGI app that serves *resource*, a dict that may change."""

    def app(environ, start_response):
        sent = {"if-none-match": environ.get("HTTP_IF_NONE_MATCH", "")}
        status, headers, body = names["handle_conditional_get"](resource, sent)
        content = b"" if body is None else json.dumps(body).encode()
        if status == 200:
            headers |= {"Content-Length": str(len(content))}
        start_response(f"{status} {httpx.codes(status).phrase}", list(headers.items()))
        return [content] if content else []

    return app


@settings(max_examples=400, deadline=None)
@given(lists)
def test_werkzeug_finds_the_same_tags_in_a_list(names, held):
    status = names["handle_conditional_get"](names["USER_RECORD"], {"If-None-Match": held})[0]
    environ = {"REQUEST_METHOD": "GET", "HTTP_IF_NONE_MATCH": held}
    assert (status == 304) == parse_etags(held).contains_weak(CURRENT)
    assert (status == 200) == is_resource_modified(environ, etag=CURRENT)


@settings(max_examples=200, deadline=None)
@given(data, data)
def test_equal_content_has_an_equal_tag_and_other_content_another(names, one, other):
    [first, second] = [names["handle_conditional_get"](each, {}) for each in (one, other)]
    tag = first[1]["ETag"]
    assert unquote_etag(tag)[1] is False
    assert quote_etag(unquote_etag(tag)[0]) == tag
    canonical = [json.dumps(each, sort_keys=True) for each in (one, other)]
    assert (tag == second[1]["ETag"]) == (canonical[0] == canonical[1])
    assert names["handle_conditional_get"](one, {"If-None-Match": tag})[0] == 304


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_no_header_raises(names, held):
    assert names["handle_conditional_get"]({}, {"If-None-Match": held})[0] in (200, 304)


def test_a_polling_client_is_sent_each_version_once(names):
    page = {"version": 1}
    statuses, bodies, held = [], [], {}
    with lab.serve(as_app(names, page)) as url, httpx.Client(base_url=url) as client:
        for version in (1, 1, 2, 2, 2, 1):
            page["version"] = version
            response = client.get("/", headers=held)
            held = {"If-None-Match": response.headers["ETag"]}
            statuses.append(response.status_code)
            bodies.append(response.json()["version"] if response.content else None)
    assert statuses == [200, 304, 200, 304, 304, 200]
    assert bodies == [1, None, 2, None, None, 1]


def test_a_tag_weakened_on_the_way_still_saves_the_body(names):
    with lab.serve(as_app(names, {"version": 1})) as url:
        tag = httpx.get(url).headers["ETag"]
        response = httpx.get(url, headers={"If-None-Match": f'"old", W/{tag}'})
    assert (response.status_code, response.content) == (304, b"")
