"""A parser of event streams, written from the HTML standard, 9.2.5 and 9.2.6, to read what apps send.

It takes bytes in any portions, as a browser does, and knows nothing of the code under test.

    stream = EventStream()
    stream.feed(b"data: one\\n")      # []
    stream.feed(b"\\n")               # [Event(type='message', data='one', last_event_id='')]
"""

import codecs
import re
from typing import NamedTuple

LINE_END = re.compile("\r\n|\r|\n")
ASCII_DIGITS = re.compile("[0-9]+")


class Event(NamedTuple):
    type: str
    data: str
    last_event_id: str


class EventStream:
    """What an EventSource makes of a response's body.

    Attributes:
        retry (int | None): the reconnection time in milliseconds that the stream has set.
        last_event_id (str): what a browser would send as Last-Event-ID on its next attempt.
        comments (list[str]): lines that begin with a colon, which a browser ignores.
        ignored (list[str]): names of fields that mean nothing, which a browser ignores as well.
    """

    def __init__(self):
        self.retry, self.last_event_id = None, ""
        self.comments, self.ignored = [], []
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._at_the_start = True  # where one byte order mark is dropped
        self._after_cr = False  # where a line feed belongs to the line end before it
        self._line = ""  # what has come of a line that has not ended
        self._type, self._data, self._id = "", "", ""  # the three buffers of 9.2.6

    def feed(self, portion):
        """Take the next bytes. Returns the events that they complete."""
        text = self._decode(portion)
        if text and self._at_the_start:
            self._at_the_start = False
            text = text.removeprefix("\ufeff")
        if text and self._after_cr:
            self._after_cr = False
            text = text.removeprefix("\n")
        self._after_cr = self._after_cr or text.endswith("\r")
        *lines, self._line = LINE_END.split(self._line + text)
        return [event for event in map(self._take, lines) if event]

    def _take(self, line):
        """Process a line. Returns the event that it dispatches, if it does."""
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            self.comments.append(line[1:])
            return None
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._type = value
        elif field == "data":
            self._data += value + "\n"
        elif field == "id":
            self._id = self._id if "\0" in value else value
        elif field == "retry":
            self.retry = int(value) if ASCII_DIGITS.fullmatch(value) else self.retry
        else:
            self.ignored.append(field)
        return None

    def _dispatch(self):
        self.last_event_id = self._id
        kind, data = self._type, self._data
        self._type = self._data = ""
        if not data:
            return None
        return Event(kind or "message", data.removesuffix("\n"), self.last_event_id)


def read_events(body):
    """The events of a whole body. A last one without its blank line is dropped."""
    return EventStream().feed(body)
