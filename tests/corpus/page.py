"""Writes docs/corpus.md: what the corpus is, and how stock nbgrader and ours grade it."""

from .stock import KINDS
from .submissions import BEYOND, CLASSES
from .world import REPOSITORY

PAGE = REPOSITORY / "docs" / "corpus.md"
HEAD = """# The corpus

{count} submissions of every bad kind, and the score that each deserves: a resource abuser loses the
exercise that abused, a cheat the one that it cheats in, broken files what cannot be read of them, and
honest parts keep their points. They are graded with ours (`make test` does so, and compares every tests
cell) and with stock nbgrader, each there in a sandbox of its own
(`python -m tests.corpus --stock`, an hour). `python -m tests.corpus --page` writes this page.

"Wrong" counts submissions with at least one fault: a tests cell with other points than it deserves, no
score at all, a private word or file that came out or was changed, a process or file left behind, or a
script of the submission that is alive in the feedback.

| class | submissions | wrong with stock nbgrader | wrong with ours |
|:--|--:|:--|--:|
{rows}

## What no grader of this kind can tell

The answers run beside the checks. A cheat that knows a check can work out what a right answer would show
and show that, where this is easier than a right answer. {beyond} such submissions are kept apart
(`python -m tests.corpus --beyond`):

{names}

"""


def write_page(submissions, faults, stock):
    """Write the page; the arguments are those of `page_text`.

    Returns:
        Path
    """
    PAGE.write_text(page_text(submissions, faults, stock), encoding="utf-8")
    return PAGE


def page_text(submissions, faults, stock):
    """What the page says.

    Args:
        submissions (list[Submission])
        faults (dict[str, list[str]]): what is wrong with ours, by name.
        stock (dict[str, list[str]]): what is wrong with stock nbgrader, by name.

    Returns:
        str: Markdown.
    """
    groups = {kind: [each for each in submissions if each.kind == kind] for kind in CLASSES}
    groups = {kind: group for kind, group in groups.items() if group}
    rows = [_row(kind, group, faults, stock) for kind, group in groups.items()]
    rows.append(_row("**all**", submissions, faults, stock))
    text = HEAD.format(
        count=len(submissions),
        rows="\n".join(rows),
        beyond=len(BEYOND),
        names="\n".join(f"* `{each.name}`: {each.what}" for each in BEYOND),
    )
    return text + "\n".join(_section(kind, group, stock) for kind, group in groups.items())


def _section(kind, group, stock):
    lines = [f"## {kind.capitalize()}", "", CLASSES[kind].__doc__.strip(), ""]
    lines += ["| submission | what it does | stock nbgrader |", "|:--|:--|:--|"]
    for each in group:
        lines.append(f"| `{each.name}` | {each.what} | {', '.join(stock[each.name]) or 'as deserved'} |")
    return "\n".join(lines) + "\n"


def _row(kind, group, faults, stock):
    wrong = sum(bool(faults[each.name]) for each in group)
    theirs = [stock[each.name] for each in group]
    counts = [f"{sum(fault in found for found in theirs)} {fault}" for fault in KINDS]
    told = ", ".join(count for count in counts if not count.startswith("0 "))
    details = f" ({told})" if told else ""
    return f"| {kind} | {len(group)} | {sum(map(bool, theirs))}{details} | {wrong} |"
