"""The parser against the examples of the HTML standard (9.2.6), and against portions of any size."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .event_stream import Event, EventStream, read_events

ALPHABET = st.sampled_from(
    ["\r", "\n", "\r\n", ":", " ", "data", "event", "id", "retry", "x", "é", "\ufeff"]
)
STREAMS = st.lists(ALPHABET, max_size=30).map("".join).map(str.encode)


def message(data, last_event_id=""):
    return Event("message", data, last_event_id)


@pytest.mark.parametrize("body, expected", [
    (b"data: YHOO\ndata: +2\ndata: 10\n\n", [message("YHOO\n+2\n10")]),
    (b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
     [message("first event", "1"), message("second event"), message(" third event")]),
    (b"data\n\ndata\ndata\n\ndata:", [message(""), message("\n")]),
    (b"data:test\n\ndata: test\n\n", [message("test"), message("test")]),
    (b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
     [Event("add", "73857293", ""), Event("remove", "2153", "")]),
])  # fmt: skip
def test_the_examples_of_the_standard(body, expected):
    assert read_events(body) == expected


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_three_ends_of_lines(end):
    assert read_events(end.join([b"data: a", b"data: b", b"", b""])) == [message("a\nb")]


def test_other_control_characters_end_no_line():
    assert read_events("data: \v\f\x1c\x85\u2028\n\n".encode()) == [message("\v\f\x1c\x85\u2028")]


def test_one_byte_order_mark_is_dropped():
    mark = "\ufeff".encode()
    assert read_events(mark + b"data: a\n\n") == [message("a")]
    assert read_events(mark + mark + b"data: a\n\n") == []
    assert read_events(b"data: " + mark + b"\n\n") == [message("\ufeff")]


def test_an_event_without_data_is_none_but_sets_the_id():
    stream = EventStream()
    assert stream.feed(b"event: x\nid: 7\n\n") == []
    assert stream.last_event_id == "7"
    assert stream.feed(b"data: a\n\n") == [message("a", "7")]


def test_an_id_with_a_null_and_a_retry_that_is_no_number_are_ignored():
    stream = EventStream()
    assert stream.feed(b"id: 1\nid: 2\0\nretry: 12\nretry: 1e3\nretry: -1\nretry:\ndata: a\n\n") == [
        message("a", "1")
    ]
    assert stream.retry == 12


@settings(max_examples=150, deadline=None)
@given(STREAMS, st.data())
def test_portions_make_no_difference(body, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=5)))
    stream, events = EventStream(), []
    for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
        events += stream.feed(body[start:end])
    assert events == read_events(body)
