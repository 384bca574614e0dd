"""The sample submissions: what each is, how it is made, and the score it deserves.

`webcourse samples` makes them afresh from source/ and release/: samples/NAME/ASSIGNMENT/NOTEBOOK.ipynb,
expected.json (read by the tests) and the table in README.md.

Most leave the prose and the checks out, to keep the repository small: grading takes everything but
the answers from the master anyway. `perfect`, `partial` and `blank` are whole notebooks.
"""

import copy
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

FIRST, SECOND, THIRD = "request-lifecycle", "web-framework", "production-platform"
NOTEBOOKS = {
    FIRST: "1_request_lifecycle",
    SECOND: "2_web_framework",
    THIRD: "3_production_platform",
}
HERE = Path(__file__).resolve().parent
MARKERS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


@dataclass
class Lesson:
    """What recipes are made from."""

    release: dict  # the notebook that students get, as JSON
    answers: dict  # slug -> right answer
    points: dict  # slug -> {"basics": …, "details": …}
    impostors: Path  # folder of wrong answers

    def notebook(self, answers):
        """dict: the student's notebook with *answers* by slug; what is missing stays the starter."""
        notebook = copy.deepcopy(self.release)
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
            if name(cell) in self.answers:
                cell["source"] = answers.get(name(cell), cell["source"]).strip()
        return notebook

    def short(self, answers):
        """dict: the same without prose, demonstrations and checks."""
        notebook = self.notebook(answers)
        keep = set(self.answers) | {
            name(cell) for cell in notebook["cells"] if name(cell) and not is_tests(cell)
        }
        notebook["cells"] = [cell for cell in notebook["cells"] if name(cell) in keep]
        return notebook

    def impostor(self, slug, misconception):
        """str: a wrong answer of tests/impostors/, without its docstring."""
        source = (self.impostors / slug / f"{misconception}.py").read_text(encoding="utf-8")
        return re.sub(r'\A""".*?"""\s*', "", source, flags=re.DOTALL)


@dataclass
class Recipe:
    """A sample submission."""

    name: str
    what: str
    make: object  # Callable[[Lesson], dict | str]: a notebook, or the text of the file
    lost: dict = field(default_factory=dict)  # slug -> parts without points; "all" for every exercise
    reason: str = ""  # what the lost exercises' reason contains
    file: str = ""  # its name, if it is not the notebook's
    assignment: str = FIRST
    skipped: tuple = ()  # slugs that were not attempted


def name(cell):
    """str: the grade_id of a cell, empty for none."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def is_tests(cell):
    """bool: whether the cell holds checks."""
    return cell["metadata"].get("nbgrader", {}).get("grade", False)


def code(source, **metadata):
    """dict: a code cell."""
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


BOTH = "basics", "details"
CRASHER = "import ctypes\n\n\ndef {function}(*arguments, **options):\n    ctypes.string_at(0)"
EXITS = "async def process_requests_concurrent(n):\n    import os\n\n    os._exit(1)"
KILLS = """
class App:
    def __init__(self, *arguments, **options):
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
"""
ENDLESS = """
def compress_response(body_str, request_headers):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
HOG = """
def check_cors(request_headers, allowed_origins):
    pages = []
    while True:
        pages.append(bytearray(10_000_000))
"""
SHORTCUTS = {
    "cookies": """
def parse_cookie_header(cookie_header):
    return {}


def build_set_cookie(*arguments, **options):
    return ""


import ipytest
from webcourse.lab import checks

ipytest.autoconfig(raise_on_error=False)
checks.Verdict.passed = property(lambda self: True)
real = checks._run


def pass_everything(check, *arguments):
    real(check, *arguments)
    check.passed = True


checks._run = pass_everything
""",
    "conditional-get": """
class Anything:
    def __eq__(self, other):
        return True

    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter([self, self, self])


def handle_conditional_get(resource, request_headers):
    return Anything()
""",
    "request-id": "get_ipython().register_magic_function(lambda line, cell: None, 'cell', 'ipytest')",
}
NEVER_STOPS = """
class BackgroundTaskQueue:
    def enqueue(self, function, *arguments):
        return "task-0"

    async def start(self, workers=3):
        pass

    async def stop(self):
        import time

        while True:
            try:
                time.sleep(1)
            except BaseException:
                pass
"""
INJECTION = """<script>alert("feedback")</script><img src=x onerror="alert(1)"><svg onload="alert(1)">"""


SKIPPED = {
    FIRST: (
        "wsgi-middleware", "keep-alive-pool", "async-handler", "concurrent-requests", "background-task",
        "request-timeout", "request-id", "bounded-pool", "socket-to-app",
    ),
    SECOND: ("exception-handlers", "streaming", "async-middleware"),
    THIRD: ("health-checker", "async-service", "platform"),
}  # fmt: skip


def partial(skipped, **misconceptions):
    """A recipe: some not attempted, some with a misconception (slug with underscores -> its name)."""
    misconceptions = {slug.replace("_", "-"): name for slug, name in misconceptions.items()}

    def make(lesson):
        wrong = {slug: lesson.impostor(slug, name) for slug, name in misconceptions.items()}
        answers = {**lesson.answers, **wrong}
        return lesson.notebook({slug: answers[slug] for slug in answers if slug not in skipped})

    return make


def with_answers(**changes):
    """A recipe: right answers but for *changes* (slug with underscores -> source)."""
    changes = {slug.replace("_", "-"): source for slug, source in changes.items()}
    return lambda lesson: lesson.short({**lesson.answers, **changes})


def duplicated(lesson):
    notebook = lesson.short(lesson.answers)
    notebook["cells"] = [copy.deepcopy(cell) for cell in notebook["cells"] for _ in range(2)]
    return notebook


def tampered(lesson):
    notebook = lesson.notebook({**lesson.answers, "cors": "def check_cors(*arguments):\n    return {}"})
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" or not name(cell) or name(cell).startswith("cookies-"):
            continue  # some tests are deleted
        if is_tests(cell):
            cell["source"] = "print('all checks pass')"
            cell["metadata"]["nbgrader"]["points"] = 1000
            cell["metadata"]["tags"] = ["skip-execution"]
        cells.append(cell)
    notebook["cells"] = cells
    return notebook


def renamed(lesson):
    notebook = lesson.short(lesson.answers)
    for cell in notebook["cells"]:
        if name(cell) == "cookies":
            cell["metadata"] = {}
        elif name(cell) == "cors":
            cell["metadata"]["nbgrader"]["grade_id"] = "cell-1f2e3d"
        elif name(cell) == "compression":
            cell["cell_type"] = "markdown"
    return notebook


def old_format(lesson):
    notebook = nbformat.from_dict(lesson.short(lesson.answers))
    return nbformat.writes(nbformat.convert(notebook, 3), version=3)


def injected(lesson):
    text = repr(INJECTION)
    show = f"from IPython.display import HTML, display\n\nprint({text})\ndisplay(HTML({text}))"
    notebook = lesson.short(
        {**lesson.answers, "cookies": f"{lesson.answers['cookies']}\n\n\n# {INJECTION}\n{show}"}
    )
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": INJECTION})
    notebook["cells"].append(code(f"raise ValueError({INJECTION!r})"))
    return notebook


def in_the_way(lesson):
    """The third answer hides names and breaks modules that later answers need."""
    mess = "import gzip\nimport uuid\n\ngzip.compress = uuid.uuid4 = None\nre = json = sorted = None"
    return lesson.short(
        {**lesson.answers, "cache-control": f"{lesson.answers['cache-control']}\n\n\n{mess}"}
    )


RECIPES = [
    Recipe("perfect", "the reference solutions", lambda lesson: lesson.notebook(lesson.answers)),
    Recipe(
        "partial",
        "six right answers, three with a misconception, the rest not attempted",
        partial(
            SKIPPED[FIRST],
            cookies="flags_are_assignments",
            conditional_get="weak_tags_never_match",
            session_tokens="never_expires",
        ),
        lost={"cookies": BOTH, "conditional-get": ("details",), "session-tokens": BOTH},
        skipped=SKIPPED[FIRST],
    ),
    Recipe(
        "blank",
        "the notebook as it was handed out",
        lambda lesson: lesson.notebook({}),
        {"all": BOTH},
        "not attempted",
    ),
    Recipe(
        "exits",
        "one answer ends the process when its cell runs, one when it is called",
        with_answers(
            cookies="import os\n\nos._exit(0)",
            concurrent_requests=EXITS,
        ),
        {"cookies": BOTH, "concurrent-requests": BOTH},
        "ended the Python process",
    ),
    Recipe(
        "endless",
        "a loop that swallows every interrupt",
        with_answers(compression=ENDLESS),
        {"compression": BOTH},
    ),
    Recipe(
        "segfault",
        "an answer that crashes the interpreter",
        with_answers(async_handler=CRASHER.format(function="get_user")),
        {"async-handler": BOTH},
        "crashed",
    ),
    Recipe(
        "memory", "an answer that takes all memory", with_answers(cors=HOG), {"cors": BOTH}, "memory"
    ),
    Recipe(
        "flood",
        "right answers, and a hundred megabytes of output",
        lambda lesson: lesson.short(
            {**lesson.answers, "cors": f"{lesson.answers['cors']}\n\n\nprint('x' * 100_000_000)"}
        ),
    ),
    Recipe("duplicated", "every cell twice", duplicated),
    Recipe(
        "tampered",
        "one wrong answer; tests edited, deleted, and tagged skip-execution",
        tampered,
        {"cors": BOTH},
    ),
    Recipe("renamed", "right answers in cells that lost their name or their type", renamed),
    Recipe(
        "wrong-name",
        "right answers in a file with another name",
        with_answers(),
        file="Untitled1 (copy).ipynb",
    ),
    Recipe(
        "truncated",
        "a file that was cut off",
        lambda lesson: json.dumps(lesson.short(lesson.answers), indent=1)[:12_000],
        {"all": BOTH},
        "not a notebook",
    ),
    Recipe("old-format", "right answers in notebook format 3", old_format),
    Recipe("injection", "right answers, with scripts for the reader of the feedback", injected),
    Recipe("in-the-way", "right answers, one of which breaks what the others need", in_the_way),
    Recipe(
        "shortcuts",
        "answers that switch checks off or equal everything",
        lambda lesson: lesson.short({**lesson.answers, **SHORTCUTS}),
        dict.fromkeys(SHORTCUTS, BOTH),
    ),
    Recipe(
        "perfect",
        "the reference solutions",
        lambda lesson: lesson.notebook(lesson.answers),
        assignment=SECOND,
    ),
    Recipe(
        "partial",
        "six right answers, three with a misconception, three not attempted, and a capstone that is "
        "right with spare parts",
        partial(
            SKIPPED[SECOND],
            query_string="decodes_first",
            router="literals_are_expressions",
            asgi_app="body_is_text",
        ),
        lost={"query-string": ("details",), "router": ("details",), "asgi-app": BOTH},
        skipped=SKIPPED[SECOND],
        assignment=SECOND,
    ),
    Recipe(
        "blank",
        "the notebook as it was handed out",
        lambda lesson: lesson.notebook({}),
        {"all": BOTH},
        "not attempted",
        assignment=SECOND,
    ),
    Recipe(
        "truncated",
        "a file that was cut off",
        lambda lesson: json.dumps(lesson.short(lesson.answers), indent=1)[:12_000],
        {"all": BOTH},
        "not a notebook",
        assignment=SECOND,
    ),
    Recipe(
        "exits",
        "a capstone that kills its process when it is called",
        with_answers(mini_framework=KILLS),
        {"mini-framework": BOTH},
        "crashed",
        assignment=SECOND,
    ),
    Recipe(
        "perfect",
        "the reference solutions",
        lambda lesson: lesson.notebook(lesson.answers),
        assignment=THIRD,
    ),
    Recipe(
        "partial",
        "ten right answers, three with a misconception, three not attempted",
        partial(
            SKIPPED[THIRD],
            token_bucket="fixed_window",
            jwt="alg_not_checked",
            circuit_breaker="admits_everybody_half_open",
        ),
        lost={"token-bucket": BOTH, "jwt": ("details",), "circuit-breaker": ("details",)},
        skipped=SKIPPED[THIRD],
        assignment=THIRD,
    ),
    Recipe(
        "blank",
        "the notebook as it was handed out",
        lambda lesson: lesson.notebook({}),
        {"all": BOTH},
        "not attempted",
        assignment=THIRD,
    ),
    Recipe(
        "endless",
        "a queue whose stop never ends and swallows every interrupt",
        with_answers(task_queue=NEVER_STOPS),
        {"task-queue": BOTH},
        assignment=THIRD,
    ),
]


def read_lesson(root, assignment):
    """Lesson: from source/ and release/ of the course at *root* (Path)."""
    place = Path(assignment) / f"{NOTEBOOKS[assignment]}.ipynb"
    source = json.loads((root / "source" / place).read_text(encoding="utf-8"))
    release = json.loads((root / "release" / place).read_text(encoding="utf-8"))
    answers, points = {}, {}
    for cell in source["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            answers[name(cell)] = MARKERS.sub("", "".join(cell["source"])).rstrip()
        elif is_tests(cell):
            slug, _, part = name(cell).rpartition("-")
            points.setdefault(slug, {})[part] = cell["metadata"]["nbgrader"]["points"]
    return Lesson(release, answers, points, root / "tests" / "impostors")


def deserved(recipe, lesson):
    """dict[str, dict[str, float]]: the points of each part of each exercise."""
    scores = {}
    for slug, parts in lesson.points.items():
        lost = BOTH if slug in recipe.skipped else recipe.lost.get(slug, recipe.lost.get("all", ()))
        scores[slug] = {part: 0 if part in lost else points for part, points in parts.items()}
    return scores


def make(root):
    """Write all samples, expected.json and the table of README.md.

    Args:
        root (Path): folder of the course.

    Yields:
        str: what was done.
    """
    lessons = {assignment: read_lesson(root, assignment) for assignment in NOTEBOOKS}
    expected, rows = {}, []
    for old in [
        path for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))
    ]:
        shutil.rmtree(old)
    for recipe in RECIPES:
        lesson = lessons[recipe.assignment]
        content = recipe.make(lesson)
        if isinstance(content, dict):
            content = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        sample = f"{recipe.name}/{recipe.assignment}"
        path = HERE / sample / (recipe.file or f"{NOTEBOOKS[recipe.assignment]}.ipynb")
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
        scores = deserved(recipe, lesson)
        total = sum(sum(parts.values()) for parts in scores.values())
        maximum = sum(sum(parts.values()) for parts in lesson.points.values())
        expected[sample] = {
            "score": total,
            "exercises": scores,
            "lost": sorted(recipe.lost),
            "reason": recipe.reason,
        }
        rows.append(f"| [`{sample}`]({sample}/) | {recipe.what} | {total:g} of {maximum:g} |")
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    table = ["| sample | what it is | points |", "|:--|:--|--:|", *rows]
    (HERE / "README.md").write_text(README.format(table="\n".join(table)), encoding="utf-8")
    yield f"made {len(RECIPES)} samples of {', '.join(NOTEBOOKS)}"


README = """# Sample submissions

Submissions of every kind, with the score each deserves. `make grade` copies them to `submitted/`
when nothing else is there; the tests grade them and compare.

Some are hostile on purpose (they end or crash the process, take all memory, never end, or write
scripts into the feedback). Do not run them in a notebook; `make grade` runs them within limits.

{table}

`webcourse samples` makes them afresh from `recipes.py`, after the lesson has changed. Most leave
the prose and the checks out, to keep the repository small: grading takes everything but the
answers from the master anyway.
"""
