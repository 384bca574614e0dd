"""Notebooks in every state that a file can be in. What can be understood of them counts."""

import copy
import json
import os
import random
import zipfile

import nbformat

from .. import targets
from ..submission import ALL, Submission, after, answering, before, honest, lose, write
from ..targets import NOTEBOOK, SLUGS

FILE = f"{NOTEBOOK}.ipynb"


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def is_answer(cell):
    return grade_id(cell) in SLUGS


def is_tests(cell):
    return grade_id(cell) in targets.POINTS


def code(source, **metadata):
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def file(name, what, content, *, file_name=FILE, **more):
    """A submission of one file. *content* makes it (dict, text or bytes)."""

    def hand_in(world, folder):
        write(folder, content(), file_name)

    return Submission(name, what, hand_in, **more)


def unusable(name, what, content, reason, **more):
    return file(name, what, content, lost=lose(*ALL), reasons=(reason,), **more)


def changed(name, what, change, answers=None, **more):
    """A whole notebook in which *change* was made to each cell (or to the list that it returns)."""

    def change_all(notebook):
        cells = []
        for cell in notebook["cells"]:
            made = change(cell)
            cells += made if isinstance(made, list) else [made or cell]
        notebook["cells"] = cells

    return honest(name, what, answers, change_all, **more)


# ------------------------------------------------------------------ cells


def duplicate(cell):
    return [cell, copy.deepcopy(cell)]


def starter_first(cell):
    """An untouched copy of the answer above the answer."""
    if not is_answer(cell):
        return [cell]
    return [{**copy.deepcopy(cell), "source": targets.starters()[grade_id(cell)]}, cell]


def wrong_copy_below(cell):
    if not is_answer(cell):
        return [cell]
    return [cell, {**copy.deepcopy(cell), "source": targets.WRONG[grade_id(cell)]}]


def edit_tests(cell):
    if is_tests(cell):
        cell["source"] = "print('everything passes')"
        cell["metadata"]["nbgrader"].update(points=1000, locked=False, grade=False)


def skip_tests(cell):
    if is_tests(cell):
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell"]


def delete_tests(cell):
    return [] if is_tests(cell) else [cell]


def delete_an_answer(cell):
    return [] if grade_id(cell) == "fetch-all" else [cell]


def retype(cell):
    """Answers become prose and raw text, tests become answers."""
    if grade_id(cell) in ("slugify", "is-fresh"):
        cell["cell_type"] = "markdown" if grade_id(cell) == "slugify" else "raw"
        del cell["outputs"], cell["execution_count"]
    elif is_tests(cell):
        cell["metadata"]["nbgrader"].update(solution=True, grade=True, task=True)


def rename(cell):
    if grade_id(cell) == "slugify":
        cell["metadata"]["nbgrader"]["grade_id"] = "cell-1a2b3c"
    elif grade_id(cell) == "parse-port":
        cell["metadata"] = {}
    elif is_tests(cell):
        cell["metadata"]["nbgrader"]["grade_id"] = "cell-" + grade_id(cell)


def split(cell):
    """The answer is in a cell of its own, above an empty answer cell or in two cells."""
    if grade_id(cell) == "slugify":
        return [code(cell["source"]), {**cell, "source": ""}]
    if grade_id(cell) == "count-words":
        helper = "def words_of(text):\n    return [word.rstrip('.,') for word in text.lower().split()]"
        used = (
            "def count_words(text):\n    words = words_of(text)\n"
            "    return {word: words.count(word) for word in words}"
        )
        return [code(helper), {**cell, "source": used}]
    return [cell]


def odd_metadata(cell):
    odd = [[], None, 7, "text", {"nbgrader": []}, {"nbgrader": None}, {"nbgrader": {"grade_id": 7}}]
    odd += [{"nbgrader": {"grade_id": ["a"]}, "tags": "no list"}, {"tags": {"a": 1}}, {"name": 5}]
    if not is_answer(cell):
        cell["metadata"] = random.Random(cell["source"]).choice(odd)
    else:
        cell["metadata"]["nbgrader"].update(
            schema_version="ten", points="many", solution="no", locked=[]
        )
        cell["metadata"]["tags"] = 5
    cell["id"] = cell["source"][:3]


def old_schema(cell):
    """nbgrader metadata of its first version."""
    if "nbgrader" in cell["metadata"]:
        given = cell["metadata"]["nbgrader"]
        cell["metadata"]["nbgrader"] = {"grade_id": given["grade_id"], "schema_version": 1}


def lines(cell):
    """The source as a list, with entries that are no lines, Windows line ends and zeros."""
    text = cell["source"].replace("\n", "\r\n")
    cell["source"] = [*text.splitlines(True), 5, None, {"x": 1}, ["y"]]
    if is_answer(cell):
        cell["source"].append("\n# \0 \ud800 é \U0001f600\n")


def spread(cell):
    """Cells of the student's own everywhere: some fail, one never ends, one is no Python."""
    own = random.Random(cell["source"]).choice(
        [
            "1 / 0",
            "x = slugify('My Notes')",
            "this is no Python",
            "%%bash\nexit 3",
            "%time is_fresh(1, 2)",
        ]
    )
    return [code(own), cell] if is_tests(cell) else [cell]


# ------------------------------------------------------------------ whole notebooks


def reverse(notebook):
    notebook["cells"].reverse()


def shuffle(notebook):
    random.Random(1).shuffle(notebook["cells"])


def answers_only(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if is_answer(cell)]
    del notebook["metadata"]


def other_kernel(notebook):
    kernel = {"name": "ir", "display_name": "R", "language": "R"}
    notebook["metadata"] = {"kernelspec": kernel, "language_info": {"name": "R"}, "celltoolbar": 5}


def odd_notebook_metadata(notebook):
    notebook["metadata"] = ["no", "mapping"]
    notebook["nbformat"] = "four"
    notebook["nbformat_minor"] = None
    notebook["extra"] = {"cells": []}


def setup_replaced(notebook):
    for cell in notebook["cells"]:
        if grade_id(cell) in ("setup", "ports"):
            cell["source"] = "raise SystemExit('no set-up today')"


def future_format(notebook):
    notebook.update(nbformat=99, nbformat_minor=99)


def old_outputs(notebook):
    """Eight megabytes of outputs, some of them damaged."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = "seven"
            cell["outputs"] = [
                {"output_type": "stream", "name": "stdout", "text": "x" * 400_000},
                {"output_type": "display_data", "data": {"image/png": "?" * 400_000}},
                {"output_type": "nonsense"},
                None,
                5,
            ]


def not_cells(notebook):
    notebook["cells"] = [None, 5, "text", [], {}, {"cell_type": "code"}, *notebook["cells"], True]
    for cell in notebook["cells"][7:9]:
        cell["cell_type"] = ["code"]


def version_3():
    made = nbformat.from_dict(targets.notebook())
    return nbformat.writes(nbformat.convert(made, 3), version=3)


def version_2():
    """Format 2, as IPython 0.12 wrote it: worksheets, `input`, and no metadata of cells."""
    cells = [
        {"cell_type": "code", "input": cell["source"], "language": "python", "outputs": []}
        if cell["cell_type"] == "code"
        else {"cell_type": "markdown", "source": cell["source"]}
        for cell in targets.notebook()["cells"]
    ]
    return {"nbformat": 2, "worksheets": [{"cells": cells}], "metadata": {"name": ""}}


def text():
    return json.dumps(targets.notebook(), indent=1)


def merge_conflict():
    head, tail = text()[:3000], text()[3000:]
    return f"{head}\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n{tail}"


def another_notebook():
    cells = [code("import pandas as pd\n\npd.read_csv('data.csv').describe()"), code("2 + 2")]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


# ------------------------------------------------------------------ folders


def in_folders(world, folder):
    inner = folder / "homework" / "final version"
    inner.mkdir(parents=True)
    write(inner, targets.notebook())
    (folder / "__MACOSX").mkdir()
    write(folder / "__MACOSX", b"\0\5\26\7", f"._{FILE}")
    (folder / ".ipynb_checkpoints").mkdir()
    write(folder / ".ipynb_checkpoints", targets.notebook(targets.WRONG), FILE)


def without_its_folder(world, folder):
    folder.rmdir()
    write(folder.parent, targets.notebook(), "my answers.ipynb")


def several_notebooks(world, folder):
    write(folder, targets.notebook())
    write(folder, targets.notebook(targets.starters()), "1_start.ipynb")
    write(folder, another_notebook(), "scratch.ipynb")
    write(folder, "{", f"{NOTEBOOK} (1).ipynb")
    write(folder, b"\x89PNG", "screenshot.png")


def a_zip(world, folder):
    with zipfile.ZipFile(folder / FILE, "w") as archive:
        archive.writestr(FILE, text())


def a_folder_as_a_file(world, folder):
    (folder / FILE).mkdir()
    (folder / FILE / "empty.txt").touch()


def a_pipe(world, folder):
    os.mkfifo(folder / FILE)


def a_huge_file(world, folder):
    write(folder, b'{"cells": [')
    os.truncate(folder / FILE, 3_000_000_000)  # takes no room on the disk


def nothing_at_all(world, folder):
    (folder / "README.txt").write_text("I will hand it in tomorrow.")


def unreadable_names(world, folder):
    write(folder, targets.notebook(), "l\udcffsung \n (2).ipynb")


def as_its_script(world, folder):
    sources = [cell["source"] for cell in targets.notebook()["cells"]]
    (folder / f"{NOTEBOOK}.py").write_text("\n\n".join(sources))


def placed(name, what, hand_in, **more):
    return Submission(name, what, hand_in, **more)


TOOLS = {
    "slugify": before(
        "slugify",
        """
        %matplotlib inline
        import logging
        import subprocess
        import sys
        import tempfile
        import threading
        import warnings
        from concurrent.futures import ThreadPoolExecutor
        from pathlib import Path

        import matplotlib.pyplot as plt

        logging.basicConfig(level=logging.DEBUG)
        logging.getLogger("mine").warning("to the error stream")
        warnings.warn("and so does this")
        thread = threading.Thread(target=print, args=("from a thread",))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(4) as pool:
            squares = list(pool.map(abs, range(-9, 0)))
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "notes.txt").write_text("mine")
        Path("mine.txt").write_text("beside the notebook")
        said = subprocess.run([sys.executable, "-c", "print(42)"], capture_output=True, text=True)
        assert said.stdout == "42\\n", said
        !echo from a shell
        plt.plot([1, 2, 3])
        plt.show()
        """,
    ),
    "is-fresh": """
        import logging
        import sys
        import warnings


        def is_fresh(age, max_age):
            logging.warning("looking at %s", age)
            warnings.warn(f"{age} is a number")
            print("to the error stream", file=sys.stderr)
            return 0 <= age < max_age
    """,
    "count-words": """
        from collections import Counter


        class Counts(Counter):
            def __repr__(self):
                return "counts of mine"


        def count_words(text):
            return Counts(word.rstrip(".,") for word in text.lower().split())
    """,
    "parse-port": """
        import enum


        class NotAPort(ValueError):
            pass


        def parse_port(text: str) -> int:
            if not (text.isdecimal() and text.isascii()) or int(text) not in PORTS:
                raise NotAPort(f"not a port: {text}") from None
            return enum.IntEnum("Port", {"NUMBER": int(text)}).NUMBER
    """,
    "fetch-all": """
        import asyncio


        async def fetch_all(fetch, names):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(fetch(name)) for name in names]
            return [task.result() for task in tasks]
    """,
}

HONEST = [
    honest("right", "the right answers"),
    Submission(
        "blank",
        "the notebook as it was handed out",
        lambda world, folder: write(folder, targets.notebook(targets.starters())),
        lost=lose(*ALL),
        reasons=("not attempted",),
    ),
    honest(
        "half",
        "three right answers, a partly right one, a wrong one and a syntax error",
        {
            "slugify": 'def slugify(title):\n    return "-".join(title.lower().split()',
            "fetch-all": targets.WRONG["fetch-all"],
            "count-words": """
                def count_words(text):
                    words = text.lower().split()
                    return {word: words.count(word) for word in words}
            """,
        },
        lost=lose("slugify", "fetch-all", count_words="details"),
    ),
    honest(
        "tools", "right answers, made with threads, processes, files, logs, warnings, subclasses", TOOLS
    ),
    honest(
        "breaks-later-ones",
        "right answers, the first of which hides what the others need",
        {"slugify": after("slugify", "asyncio = PORTS = sum = int = len = range = None")},
    ),
]

CELLS = [
    changed("duplicated", "every cell twice", duplicate),
    changed("starter-first", "an untouched copy of each answer above the answer", starter_first),
    changed("wrong-copies", "a wrong copy of each answer below the answer", wrong_copy_below),
    honest("reversed", "all cells in reverse", change=reverse),
    honest("shuffled", "all cells in another order", change=shuffle),
    changed(
        "edited-tests",
        "a wrong answer, and tests that say that everything passes",
        edit_tests,
        {"parse-port": targets.WRONG["parse-port"]},
        lost=lose("parse-port"),
    ),
    changed(
        "skipped-tests",
        "a wrong answer, and tests with the tag skip-execution",
        skip_tests,
        {"slugify": targets.WRONG["slugify"]},
        lost=lose("slugify"),
    ),
    changed(
        "deleted-tests",
        "a wrong answer, and no tests",
        delete_tests,
        {"count-words": targets.WRONG["count-words"]},
        lost=lose("count-words"),
    ),
    changed(
        "deleted-answer",
        "an answer cell is gone",
        delete_an_answer,
        lost=lose("fetch-all"),
        reasons=("not attempted",),
        note="fetch-all",
    ),
    changed("retyped", "answers turned into prose and raw text, tests into answers", retype),
    changed("renamed", "cells with another name or none", rename),
    changed("split", "answers in cells of their own, or in two cells", split),
    changed("own-cells", "cells of the student's own, most of which fail", spread),
    honest("answers-only", "answer cells and nothing else", change=answers_only),
    honest("setup-replaced", "a set-up cell that ends everything", change=setup_replaced),
]

METADATA = [
    changed("odd-metadata", "metadata of every wrong type", odd_metadata),
    changed("old-schema", "nbgrader's metadata of ten years ago", old_schema),
    changed("odd-lines", "sources as lists of all kinds of things, with zeros and surrogates", lines),
    honest("other-kernel", "a notebook of another language", change=other_kernel),
    honest("odd-notebook", "a notebook whose own metadata make no sense", change=odd_notebook_metadata),
    honest("future-format", "a format that does not exist yet", change=future_format),
    honest("old-outputs", "eight megabytes of old outputs, some damaged", change=old_outputs),
    honest(
        "no-cells-among-cells",
        "entries among the cells that are no cells, and cells of no type",
        change=not_cells,
    ),
]

FORMATS = [
    file("format-3", "notebook format 3", version_3),
    file("format-2", "notebook format 2, where cells have no names", version_2),
    file("byte-order-mark", "a byte order mark", lambda: b"\xef\xbb\xbf" + text().encode()),
    file("utf-16", "UTF-16, as Windows likes it", lambda: text().encode("utf-16")),
    file(
        "numbers-that-are-none",
        "NaN, Infinity and a number of a hundred digits",
        lambda: '{"nbformat": NaN, "x": -Infinity, "y": ' + "7" * 100 + ", " + text().lstrip("{ \n"),
    ),
    unusable("cut-off", "a file that was cut off", lambda: text()[:5000], "not a notebook"),
    unusable("conflict", "the marks of a merge conflict", merge_conflict, "not a notebook"),
    unusable("empty", "an empty file", lambda: b"", "empty"),
    unusable("no-json", "a web page under the notebook's name", lambda: "<html>Log in</html>", "JSON"),
    unusable("null", "JSON, but nothing", lambda: "null", "not a notebook"),
    unusable(
        "no-cells",
        "a notebook without cells",
        lambda: '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        "no cells",
    ),
    unusable("too-deep", "JSON that is nested a million times", lambda: "[" * 1_000_000, "not"),
    unusable("noise", "random bytes", lambda: random.Random(5).randbytes(50_000), "not a notebook"),
    unusable("other-notebook", "another course's notebook", another_notebook, "another notebook"),
    honest(
        "giant-answer",
        "a wrong answer of a megabyte",
        {"slugify": f"slugify = '{'x' * 1_000_000}'.format"},
        lost=lose("slugify"),
    ),
]

FOLDERS = [
    placed("in-folders", "folders within the folder, and those that systems make", in_folders),
    placed(
        "without-its-folder",
        "a notebook beside the folder in which it belongs",
        without_its_folder,
        note="found at",
    ),
    file("wrong-name", "another file name", targets.notebook, file_name="Untitled3-Copy1.ipynb"),
    placed("unreadable-name", "a file name that is no text", unreadable_names),
    placed("several", "the notebook among other ones", several_notebooks),
    *(
        Submission(name, what, hand_in, lose(*ALL), reasons)
        for name, what, hand_in, reasons in (
            ("zip", "a zip archive under the notebook's name", a_zip, ("not a notebook",)),
            ("folder", "a folder under the notebook's name", a_folder_as_a_file, ()),
            ("pipe", "a pipe that nobody writes to", a_pipe, ("regular file",)),
            ("huge", "a file of three gigabytes", a_huge_file, ("larger than",)),
            ("nothing", "a letter instead of a notebook", nothing_at_all, ("no notebook",)),
            ("script", "the notebook saved as a script", as_its_script, ("no notebook",)),
        )
    ),
    Submission(
        "odd-student",
        "a student whose name is a formula with quotes and letters of all kinds",
        answering("odd-student", {}),
        student="=HYPERLINK('x'); ü 学生 -rf",
    ),
]

SUBMISSIONS = [*HONEST, *CELLS, *METADATA, *FORMATS, *FOLDERS]
