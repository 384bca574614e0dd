"""Gates for the words of a lesson: the house style, links, and standards that are current."""

import re
from urllib.parse import urlsplit

from ..lesson import lines_of

FORBIDDEN_WORDS = re.compile(r"\b(simply|just|obviously|easily|trivial|trivially)\b", re.IGNORECASE)
SPELLINGS = {
    "behaviour": "behavior", "catalogue": "catalog", "centre": "center", "colour": "color",
    "defence": "defense", "favour": "favor", "favourite": "favorite", "grey": "gray", "honour": "honor",
    "initialise": "initialize", "licence": "license", "neighbour": "neighbor", "normalise": "normalize",
    "optimise": "optimize", "organise": "organize", "recognise": "recognize", "serialise": "serialize",
}  # fmt: skip
BRITISH = re.compile(rf"\b({'|'.join(SPELLINGS)})(s|d|r|rs|ed|ing)?\b", re.IGNORECASE)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2705\u274c\u2728\u2b50\ufe0f]")

OBSOLETE_RFCS = {
    1738: "3986", 2068: "9110", 2069: "7616", 2109: "6265", 2246: "8446", 2388: "7578", 2396: "3986",
    2616: "9110 (semantics), 9111 (caching) or 9112 (HTTP/1.1)", 2617: "7617 (Basic) or 7616 (Digest)",
    2818: "9110", 2965: "6265", 3548: "4648", 4346: "8446", 4627: "8259", 5246: "8446", 5785: "8615",
    5988: "8288", 7158: "8259", 7159: "8259", 7230: "9110 or 9112", 7231: "9110", 7232: "9110",
    7233: "9110", 7234: "9111", 7235: "9110", 7538: "9110", 7540: "9113", 7615: "9110", 7694: "9110",
    7807: "9457", 8740: "9113",
}  # fmt: skip
RFC = re.compile(r"\bRFC(?P<gap>[ -]?)(?P<number>\d{3,5})", re.IGNORECASE)
SECTION_SIGN = re.compile(r"\bRFC \d+,? (§|[Ss]ection|sec\.)")

# A link in Markdown, a definition of one, or an address that stands alone.
LINK = re.compile(
    r"\]\((?P<target>[^)]*)\)|^\[[^\]]+\]:\s*(?P<defined>\S*)|(?P<bare>\bhttps?://[^\s)>\]]*)"
)
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
MARKUP = re.compile(r"<!--.*?-->|<[^>\n]*>|!\[", re.DOTALL)


def words_of(cell):
    """Yield (line, text) for the prose of a markdown cell: fences and code spans are left out."""
    if cell.kind != "markdown":
        return
    text = "\n".join("" if fence else text for _, text, fence in lines_of(cell))
    yield from enumerate(CODE_SPAN.sub(_blank, text).split("\n"), start=cell.line)


def _blank(found):
    """As many lines as *found* has, with a placeholder for the code."""
    return "`" + "\n" * found[0].count("\n")


def _prose(lesson):
    """Yield (line, text) for the words of a lesson, without links' targets and markup."""
    for cell in lesson.cells:
        for line, text in words_of(cell):
            yield line, MARKUP.sub("", LINK.sub("]", text))


def no_forbidden_words(lesson):
    """The prose belittles nobody's effort."""
    for line, text in _prose(lesson):
        for found in FORBIDDEN_WORDS.finditer(text):
            yield lesson.error(line, f"the word '{found[0]}'", "leave it out")


def no_shouting(lesson):
    """No exclamation marks in prose, and no emoji anywhere."""
    for line, text in _prose(lesson):
        if "!" in text:
            yield lesson.error(line, "an exclamation mark", "end with a period")
    for line, text in enumerate(lesson.text.split("\n"), start=1):
        for found in EMOJI.finditer(text):
            yield lesson.error(line, f"an emoji ({found[0]!r})", "say it in words")


def american_spelling(lesson):
    """The spelling is American."""
    for line, text in _prose(lesson):
        for found in BRITISH.finditer(text):
            yield lesson.error(
                line, f"British spelling '{found[0]}'", f"write {SPELLINGS[found[1].lower()]}"
            )


def links_well_formed(lesson):
    """Every link is https and names a host, or leads within the course."""
    for cell in lesson.cells:
        for line, text in words_of(cell):
            for found in LINK.finditer(text):
                target = next(filter(None, found.groups()), "")
                if not _leads_somewhere(target):
                    yield lesson.error(
                        line,
                        f"the link '{target}'",
                        "write https:// and a host, #heading or another notebook's file name",
                    )


def rfcs_current(lesson):
    """Citations name standards that are in force, as `RFC 9110, 13.1.2`."""
    for line, text in enumerate(lesson.text.split("\n"), start=1):
        for found in RFC.finditer(text):
            number = int(found["number"])
            if number in OBSOLETE_RFCS:
                yield lesson.error(
                    line, f"RFC {number} is obsolete", f"cite RFC {OBSOLETE_RFCS[number]}"
                )
            elif found["gap"] != " " and found[0].startswith("RFC"):
                yield lesson.error(line, f"the citation '{found[0]}'", f"write RFC {number}")
        if SECTION_SIGN.search(text):
            yield lesson.error(line, "a section cited in another form", "write RFC 9110, 13.1.2")


def _leads_somewhere(target):
    """Whether the target of a link has a form that can work."""
    if target.startswith("#") or target.endswith(".ipynb"):
        return " " not in target and "//" not in target
    parts = urlsplit(target)
    return parts.scheme == "https" and "." in parts.netloc and " " not in target


GATES = (no_forbidden_words, no_shouting, american_spelling, links_well_formed, rfcs_current)
