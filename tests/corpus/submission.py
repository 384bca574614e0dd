"""A submission: how it is made, and what it deserves."""

import json
from dataclasses import dataclass, field
from textwrap import dedent

from . import targets

BOTH = tuple(targets.PARTS)
ALL = targets.SLUGS


@dataclass
class Submission:
    """One submission of the corpus.

    Attributes:
        name (str): also the student's id, unless `student` is another one.
        what (str): what it does, in one sentence.
        hand_in (Callable[[World, Path], None]): writes it; the folder is submitted/STUDENT/ASSIGNMENT
            and exists.
        lost (dict[str, float]): what the tests cells earn that do not earn all of their points.
        reasons (tuple[str, ...]): one of them is in the reason why a cell lost points.
        note (str): is in a note of the receipt.
        facts (tuple[Callable]): called with the outcome (see `ours`), raise AssertionError.
        kind (str): its class; set where the classes are collected.
    """

    name: str
    what: str
    hand_in: object
    lost: dict = field(default_factory=dict)
    reasons: tuple = ()
    note: str = ""
    facts: tuple = ()
    student: str = ""
    kind: str = ""
    course: str = "targets"

    def __post_init__(self):
        self.student = self.student or self.name

    def deserved(self, points):
        """dict[str, float]: what each tests cell deserves, of its *points*."""
        return {**points, **self.lost}


def lose(*slugs, **parts):
    """dict[str, float]: no points for the exercises *slugs*, and for the *parts* of others
    (slug with underscores -> part)."""
    lost = {f"{slug}-{part}": 0 for slug in slugs for part in BOTH}
    return lost | {f"{slug.replace('_', '-')}-{part}": 0 for slug, part in parts.items()}


def clean(code):
    """The code of an answer, as it stands in a triple-quoted string."""
    return dedent(code).strip("\n")


def write(folder, content, name=f"{targets.NOTEBOOK}.ipynb"):
    """Put a notebook (dict), text or bytes into *folder*."""
    if isinstance(content, dict | list):
        content = json.dumps(content)
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (folder / name).write_bytes(data)


def answering(name, answers, change=None):
    """A `hand_in` for right answers but for *answers*.

    Args:
        name (str): of the submission.
        answers (dict[str, str]): code by slug, with the words of `World.fill`.
        change (Callable[[dict], dict | None]): changes the notebook.
    """

    def hand_in(world, folder):
        filled = {
            slug: world.fill(clean(code), name, targets.right()[slug]) for slug, code in answers.items()
        }
        notebook = targets.notebook(filled)
        write(folder, (change(notebook) or notebook) if change else notebook)

    return hand_in


def attack(name, what, answers, *, keeps=(), reasons=(), **more):
    """A submission whose *answers* lose their exercises, while the right rest keeps its points.

    Args:
        name (str), what (str)
        answers (dict[str, str]): code by slug.
        keeps (Iterable[str]): slugs of *answers* that are right all the same.
        reasons (tuple[str, ...] | str): see `Submission`.
    """
    lost = lose(*(slug for slug in answers if slug not in keeps))
    lost |= more.pop("lost", {})
    reasons = (reasons,) if isinstance(reasons, str) else reasons
    return Submission(name, what, answering(name, answers), lost, tuple(filter(None, reasons)), **more)


def honest(name, what, answers=None, change=None, **more):
    """A submission that keeps all points but those in `lost`."""
    return Submission(name, what, answering(name, answers or {}, change), **more)


def after(slug, code):
    """The right answer to *slug*, followed by *code*."""
    return f"{targets.right()[slug]}\n\n\n{clean(code)}"


def before(slug, code):
    """The right answer to *slug*, with *code* before it."""
    return f"{clean(code)}\n\n\n{targets.right()[slug]}"


def wrong(slug, code):
    """A wrong answer to *slug*, followed by *code* that is to turn it into points."""
    return f"{targets.WRONG[slug]}\n\n\n{clean(code)}"
