"""What the README says is what there is."""

import json
import re
import subprocess
import sys

from .environments import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
OUTLINE = json.loads((ROOT / "webcourse" / "lab" / "outline.json").read_text(encoding="utf-8"))


def test_the_map_lists_every_exercise():
    rows = re.findall(r"^\| (\d\.\d+) \| (.+?) \| (\w+) \| (\d+) \|$", README, re.MULTILINE)
    expected = [
        (e["number"], e["title"], e["difficulty"], str(e["points"]))
        for lesson in OUTLINE.values()
        for e in lesson["exercises"]
    ]
    assert rows == expected


def test_every_folder_and_page_that_is_named_is_there():
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    named = re.findall(r"^\| `([a-z]+/)`", README, re.MULTILINE)
    assert linked and named
    assert [path for path in [*linked, *named] if not (ROOT / path).exists()] == []


def test_every_command_that_is_named_is_there():
    commands = set(re.findall(r"webcourse (\w+)", README)) - {"jupyter"}
    text = subprocess.run(
        [sys.executable, "-m", "webcourse", "--help"], capture_output=True, text=True, check=True
    ).stdout
    targets = set(re.findall(r"^make (\w+)", README, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert commands and all(re.search(rf"^    {c}\b", text, re.MULTILINE) for c in commands), commands
    assert targets and all(re.search(rf"^{t}:", makefile, re.MULTILINE) for t in targets), targets
