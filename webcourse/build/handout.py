"""The student's repository: the course without anything that holds a solution."""

import shutil
from pathlib import Path

FILES = ["LICENSE", "environment.yml", "postBuild", "pyproject.toml", "requirements.lock"]
FOLDERS = ["notebooks", "webcourse"]
README = "docs/handout_readme.md"
MAKEFILE_TARGETS = ("lab", "grade", "test", "build", "matrix", "bench", "lock")
MARKER = "### BEGIN " + "SOLUTION"  # in two parts, since this file is handed out as well


class HandoutError(Exception):
    """The student's repository cannot be made. The text says why, and the cure."""


def handout(course, target):
    """Copy what students get from *course* to the new folder *target*.

    Args:
        course (Path): the root of the repository.
        target (Path): must not exist yet, or be empty.

    Returns:
        list[Path]: the files, relative to *target*.

    Raises:
        HandoutError: if *target* holds files, a part is missing, or a notebook holds a solution.
    """
    if target.exists() and any(target.iterdir()):
        raise HandoutError(f"{target} is not empty: name a new folder")
    missing = [name for name in [*FILES, *FOLDERS, README] if not (course / name).exists()]
    if missing:
        raise HandoutError(f"{course / missing[0]} is missing: run this in the course's folder")
    for notebook in sorted((course / "notebooks").glob("*.ipynb")):
        if MARKER in notebook.read_text(encoding="utf-8"):
            raise HandoutError(f"{notebook} holds a solution: run `make build`")
    target.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy2(course / name, target / name)
    for name in FOLDERS:
        shutil.copytree(course / name, target / name, ignore=_ignored)
    shutil.copy2(course / README, target / "README.md")
    (target / "Makefile").write_text(_makefile(course / "Makefile"), encoding="utf-8")
    return sorted(p.relative_to(target) for p in target.rglob("*") if p.is_file())


_ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".virtual_documents")


def _makefile(path):
    """The Makefile with the target `lab` alone, and the one that makes the environment."""
    kept = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        target = block.partition(":")[0].strip()
        if target == ".PHONY":
            block = ".PHONY: lab"
        if target == "lab" or target not in MAKEFILE_TARGETS + ("help",):
            kept.append(block)
    return "\n\n".join(kept)


def run(options):
    """The command `webcourse handout FOLDER`; returns its exit code."""
    try:
        files = handout(Path.cwd(), Path(options.folder))
    except HandoutError as error:
        print(error)
        return 2
    print(f"{options.folder}: {len(files)} files, without solutions. Its README is for students.")
    return 0


def add_command(commands):
    """Add `handout` to the command line."""
    parser = commands.add_parser(
        "handout",
        help="make the student's repository, without solutions",
        description="Copy the notebooks, the package and the environment to a new folder, with a "
        "README for students and without anything that holds a solution.",
    )
    parser.add_argument("folder", help="where to; must be new or empty")
    parser.set_defaults(run=run)
