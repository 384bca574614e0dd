"""What must hold of every page of feedback."""

import re
from html.parser import HTMLParser

ALLOWED = """
html head meta title style body section h1 h2 h3 p ul ol li table thead tbody tr th td
a pre code span div img em strong blockquote br hr
"""


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attributes]


def assert_inert(page):
    """Nothing on the page acts, loads or hides."""
    tags = Tags(page)
    assert set(tags.tags) <= set(ALLOWED.split())
    for _, name, value in tags.attributes:
        assert not name.startswith("on")
        if name == "src":
            assert value.startswith("data:image/png;base64,")
        if name == "href" and not value.startswith("#"):
            assert re.match(r"https?://|mailto:", value)
    policy = next(
        value
        for tag, name, value in tags.attributes
        if tag == "meta" and name == "content" and "default-src" in value
    )
    assert "default-src 'none'" in policy and "script" not in policy
