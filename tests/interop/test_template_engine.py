"""The template exercise against Jinja2, an HTML parser, a server, and authors of broken templates."""

import html
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import httpx
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

VALUES = st.text("<>&'\"{}%ab ", max_size=8)  # no #, so that Jinja2's &#39; can be told apart
TEXTS = st.text("ab <>'}%|\n", max_size=6)  # of a template: neither { nor &
NAMES = {"a": "text", "b": "text", "none": "none", "n": "number", "xs": "list", "missing": "text"}
FILTERS = {"upper": "upper", "lower": "lower", "default:X y": "default('X y', true)"}


@pytest.fixture(scope="module")
def engine(answer):
    return answer("template-engine")["TemplateEngine"]()


@pytest.fixture(scope="module")
def jinja():
    return jinja2.Environment(autoescape=True, keep_trailing_newline=True)


def refused(engine, template):
    try:
        engine.render(template, {})
    except ValueError:
        return True
    return False


# ------------------------------------------------------------------ the common subset, both spellings


@st.composite
def holes(draw):
    """A variable with filters: how we write it, and how Jinja2 does."""
    name = draw(st.sampled_from([*NAMES, "x"]))
    usable = [each for each in FILTERS if NAMES.get(name) != "number" or "default" not in each]
    chain = draw(st.lists(st.sampled_from(usable), max_size=3))
    ours, theirs = [name, *chain], [name, *map(FILTERS.get, chain)]
    if NAMES.get(name) in ("text", "list") and draw(st.booleans()):
        ours.append("len")
        theirs.append("length")
    if draw(st.booleans()):  # at the end: Jinja2's safe also makes a text of None
        ours.append("safe")
        theirs.append("safe")
    bar = draw(st.sampled_from(["|", " | ", "\n|\t"]))
    return f"{{{{ {bar.join(ours)} }}}}", f"{{{{ {bar.join(theirs)} }}}}"


def blocks(inside):
    tests = st.sampled_from([*NAMES, "x"]).map(lambda name: (f"{{% if {name} %}}", "{% endif %}"))
    items = st.sampled_from(["a", "xs", "missing"])
    loops = items.map(lambda name: (f"{{%for x in {name}%}}", "{%  endfor%}"))

    def around(block, pieces):
        (begin, end), pairs = block, [*pieces]
        ours, theirs = ("".join(side) for side in zip(*pairs, strict=True)) if pairs else ("", "")
        return begin + ours + end, begin + theirs + end

    return st.builds(around, tests | loops, st.lists(inside, max_size=4))


pieces = st.recursive(TEXTS.map(lambda text: (text, text)) | holes(), blocks, max_leaves=6)
contexts = st.fixed_dictionaries({
    "a": VALUES, "b": VALUES, "none": st.none(), "n": st.integers(), "xs": st.lists(VALUES, max_size=3),
})  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(pieces, max_size=4), context=contexts)
def test_jinja2_renders_the_same_page(engine, jinja, parts, context):
    ours, theirs = ("".join(part[side] for part in parts) for side in (0, 1))
    expected = jinja.from_string(theirs).render(context)
    expected = expected.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
    before = repr(context)
    assert engine.render(ours, context) == expected
    assert repr(context) == before


# ------------------------------------------------------------------ values are data


class Reader(HTMLParser):
    """What a browser would see: texts and tags."""

    def __init__(self, page):
        super().__init__()
        self.text, self.tags, self.attributes = "", [], {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes |= dict(attributes)

    def handle_data(self, data):
        self.text += data


@settings(max_examples=100, deadline=None)
@given(st.text() | VALUES)
def test_a_parser_of_html_reads_every_value_as_text(engine, value):
    page = engine.render('<p title="{{ v }}">{{ v }}</p>{% for w in vs %}{{ w }}{% endfor %}',
                         {"v": value, "vs": [value]})  # fmt: skip
    read = Reader(page)
    assert read.tags == ["p"]
    assert read.attributes["title"] == html.unescape(html.escape(value))
    assert read.text == value * 2


@settings(max_examples=100, deadline=None)
@given(st.text("{}%abs |", max_size=20), st.text("{}%abs |", max_size=20))
def test_no_value_becomes_a_tag(engine, first, second):
    context = {"first": first, "second": second, "a": "A", "b": "B", "s": "S"}
    page = engine.render("{{ first }}{{ second }}{% if first %}{{ second }}{% endif %}", context)
    assert page == first + second + (second if first else "")


# ------------------------------------------------------------------ mistakes


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(
    ["{{", "}}", "{%", "%}", " ", "a", "if", "for", "in", "endif", "endfor", "|", "len", ":", "{", "\n"]
), max_size=25).map("".join))  # fmt: skip
def test_whatever_the_template_it_is_a_page_or_a_value_error(engine, template):
    try:
        assert isinstance(engine.render(template, {"a": "xy"}), str)
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize("template", [
    "{{ a", "{% if a", "{% if a %}", "{% for a in b %}", "{% endif %}", "{% endfor %}", "{% while a %}",
    "{{ a | shout }}", "{{ 2 + 3 }}", "{% for a in %}{% endfor %}", "{% if a %}{% endfor %}",
    "{{ }}", "{% %}", "{{ a | }}", "{{ a || upper }}", "{% if a %}{% endif x %}",
    "{% IF a %}{% endif %}", "{% for a in b c %}{% endfor %}", "{{ a | upper:b }}",
])  # fmt: skip
def test_jinja2_refuses_the_same_templates(engine, jinja, template):
    assert refused(engine, template)
    if "2 + 3" not in template:  # there Jinja2 can do more
        with pytest.raises(jinja2.TemplateSyntaxError):
            jinja.from_string(template)


@pytest.mark.parametrize("tag", ["{{", "{%", "{{ a ", "{% for a in b %}", "{% if a %}", "{", "{{ a }}"])
def test_a_page_of_mistakes_takes_no_time(engine, tag):
    template = tag * (100_000 // len(tag))
    began = time.process_time()
    refused(engine, template)
    assert time.process_time() - began < 1  # a lazy pattern takes minutes


# ------------------------------------------------------------------ in use


def test_one_engine_serves_many_threads(engine):
    template = "{% for x in xs %}{{ x }},{% endfor %}{{ name | upper }}"
    with ThreadPoolExecutor(8) as pool:
        contexts = [{"xs": range(n), "name": f"v{n}"} for n in range(40)]
        pages = list(pool.map(lambda context: engine.render(template, context), contexts))
    assert pages == ["".join(f"{x}," for x in range(n)) + f"V{n}" for n in range(40)]


def test_a_guest_book_is_served(engine):
    def app(environ, start_response):
        page = engine.render("<p>{{ name }}</p>", {"name": html.unescape(environ["QUERY_STRING"])})
        body = page.encode()
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    with lab.serve(app) as url:
        answer = httpx.get(f"{url}/?&lt;script&gt;")
    assert Reader(answer.text).tags == ["p"]
