"""What Binder makes of the repository, without Docker: the build plan, and the notebooks in it."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.binder.base import base_image, binders_python, pip_requirements
from tests.environments import ROOT, pinned

SHARE = Path(sys.prefix, "share", "jupyter")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def described():
    return yaml.safe_load((ROOT / "environment.yml").read_text())


@pytest.fixture(scope="module")
def pins():
    return pip_requirements()


@pytest.fixture(scope="module")
def post_build():
    return (ROOT / "postBuild").read_text()


# ------------------------------------------------------------------ environment.yml


def test_it_takes_conda_forge_alone_and_python_3_11(described):
    assert described["channels"] == ["conda-forge", "nodefaults"]
    assert described["dependencies"][:2] == ["python=3.11", "pip"]


def test_every_pin_is_exact_and_the_one_of_the_lock(pins):
    names = [pin.partition("==")[0] for pin in pins]
    assert pins == pinned(*names)


def test_no_pin_refers_to_a_file():
    text = (ROOT / "environment.yml").read_text()
    assert not re.search(r"^\s*- -(r|e|c)\b|--", text, re.MULTILINE)


def test_everything_that_the_kit_imports_is_there(pins):
    """Of the packages that come with Python, the base image or the pins."""
    imported = set()
    for path in (ROOT / "webcourse" / "lab").glob("*.py"):
        imported |= set(re.findall(r"^\s*(?:import|from) (\w+)", path.read_text(), re.MULTILINE))
    names = {pin.partition("==")[0].replace("-", "_") for pin in pins}
    brought = {"numpy": "matplotlib", "PIL": "matplotlib", "IPython": "ipytest", "webcourse": ""}
    assert imported - set(sys.stdlib_module_names) - names - brought.keys() == set()


def test_no_binder_folder_hides_it():
    assert not (ROOT / "binder").exists() and not (ROOT / ".binder").exists()


# ------------------------------------------------------------------ postBuild


def test_post_build_is_a_script_that_stops_at_an_error(post_build):
    assert (ROOT / "postBuild").stat().st_mode & stat.S_IXUSR
    assert post_build.startswith("#!/bin/bash\n")
    assert "set -euo pipefail" in post_build
    subprocess.run(["bash", "-n", str(ROOT / "postBuild")], check=True)


def test_post_build_installs_the_package_and_nothing_else(post_build):
    (line,) = [line for line in post_build.splitlines() if "pip install" in line]
    assert "--no-deps" in line and line.endswith(" .")


def test_what_post_build_disables_exists(post_build):
    disabled = set(re.findall(r"^\s+(@\S+:\S+)", post_build, re.MULTILINE))
    assert disabled == {
        "@jupyterlab/apputils-extension:announcements",
        "@jupyter/nbgrader:create-assignment",
        "@jupyter/nbgrader:formgrader",
        "@jupyter/nbgrader:course-list",
        "@jupyter/nbgrader:assignment-list",
    }
    folders = ["labextensions/@jupyter/nbgrader/static", "lab/static"]
    scripts = [path.read_text() for folder in folders for path in (SHARE / folder).glob("*.js")]
    for name in disabled:
        assert any(name in script for script in scripts), name


def test_post_build_does_what_it_says(post_build, pins, tmp_path):
    """Run it, with commands that write down how they were called."""
    for name in ("pyproject.toml", "postBuild"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "a lesson.ipynb").write_text("{}")
    (tmp_path / "build").mkdir()
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("python", "jupyter"):
        (commands / name).write_text(f'#!/bin/bash\necho {name} "$@" >> "{tmp_path}/log"\n')
        (commands / name).chmod(0o755)
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["./postBuild"], cwd=tmp_path, env=os.environ | {"PATH": path}, check=True)
    log = (tmp_path / "log").read_text().splitlines()
    assert log[0].startswith("python -m pip install --no-deps")
    assert sum("labextension disable" in line for line in log) == 5
    assert log[-1] == "jupyter trust notebooks/a lesson.ipynb"
    assert not (tmp_path / "build").exists()


# ------------------------------------------------------------------ the build plan


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory):
    """What `jupyter-repo2docker --no-build --debug` would build from the repository."""
    copy = tmp_path_factory.mktemp("binder") / "repository"
    skipped = shutil.ignore_patterns(".git", ".cache", ".venv", "__pycache__", "*.db")
    shutil.copytree(ROOT, copy, ignore=skipped)
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=copy.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_binder_builds_a_conda_environment_of_python_3_11(dockerfile):
    assert "Building conda environment for python=3.11" in dockerfile
    assert "mamba env update" in dockerfile.replace("${MAMBA_EXE}", "mamba")
    assert "environment-2epy-2d3-2e11-2dlinux" in dockerfile  # the base image's lock


def test_the_environment_is_a_layer_below_the_repository(dockerfile):
    """So a commit that leaves environment.yml alone builds in a minute."""
    order = [
        "src/environment.yml ${REPO_DIR}/environment.yml",
        "env update -p ${NB_PYTHON_PREFIX}",
        "COPY --chown=0:0 src/ ${REPO_DIR}",
        "RUN ./postBuild",
    ]
    places = [dockerfile.index(step) for step in order]
    assert places == sorted(places)


# ------------------------------------------------------------------ the environment


def test_the_base_image_is_the_one_that_we_know():
    """When this fails, repo2docker has moved: run the notebooks on the new base, then adapt."""
    assert {"jupyterlab==4.4.9", "ipykernel==7.0.1", "nest-asyncio==1.6.0"} <= set(base_image())


@pytest.fixture(scope="module")
def binder_python():
    return binders_python()


RUN = """
import sys
import nbclient, nbformat
source, target = sys.argv[1:]
notebook = nbformat.read(source, 4)
client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True)
client.execute()
nbformat.write(notebook, target)
"""


def execute(python, source, folder):
    """Run a notebook in the environment of *python*. Returns its cells with their outputs."""
    target = folder / "executed.ipynb"
    env = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "PYTEST"))}
    env |= {"PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1", "HOME": str(folder)}
    command = [python, "-c", RUN, str(source), str(target)]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(target.read_text())["cells"]


def tiny(folder):
    """A notebook of three cells that uses every part of the kit."""
    def cell(source):
        empty = {"metadata": {}, "outputs": [], "execution_count": None}
        return {"cell_type": "code", "source": source} | empty

    path = folder / "tiny.ipynb"
    cells = [
        cell("from webcourse import lab\n\nlab.setup('request-lifecycle')"),
        cell(
            "import asyncio, sys, httpx, nest_asyncio\n"
            "async def app(scope, receive, send):\n"
            "    await send({'type': 'http.response.start', 'status': 204, 'headers': []})\n"
            "    await send({'type': 'http.response.body'})\n"
            "with lab.serve(app) as url:\n"
            "    print(httpx.get(url).status_code)\n"
            "with lab.virtual_time() as clock:\n"
            "    asyncio.run(asyncio.sleep(5))\n"
            "print(clock.elapsed, nest_asyncio.__name__, sys.version_info[:2])"
        ),
        cell(
            "%%ipytest\n# 1.1 · app-basics · 3 points · locked\n"
            "def test_it_adds(see):\n    assert see(1 + 1) == 2"
        ),
        cell("lab.charts.bars({'a': 1}, x='s', alt='One bar.')"),
        cell("lab.progress()"),
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return path


def test_the_kit_runs_on_binders_base(binder_python, tmp_path):
    cells = execute(binder_python, tiny(tmp_path), tmp_path)
    errors = [o["traceback"] for c in cells for o in c["outputs"] if o["output_type"] == "error"]
    assert errors == []
    assert "".join(cells[1]["outputs"][0]["text"]) == "204\n5.0 nest_asyncio2 (3, 11)\n"
    assert "".join(cells[2]["outputs"][0]["text"]).startswith("✓ it adds")
    assert "image/png" in cells[3]["outputs"][0]["data"]
    assert all(len(cell["outputs"]) == 1 for cell in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_blank_notebook_runs_to_its_end_on_binders_base(binder_python, path, tmp_path):
    cells = [c for c in execute(binder_python, path, tmp_path) if c["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in cells), "a cell was lost"
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        role = cell["metadata"].get("nbgrader", {})
        errors = [o["ename"] for o in cell["outputs"] if o["output_type"] == "error"]
        if role.get("points"):
            assert errors == ["ChecksFailed"], cell["source"]
        elif role.get("locked") or role.get("solution"):
            assert errors == [], cell["source"]

