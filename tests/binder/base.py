"""Binder's environment, as pip can make it: the base image's versions and the pins of ours."""

import re
from pathlib import Path

import pytest
import repo2docker
import yaml

from tests.environments import ROOT, environment, interpreter

# conda-forge's names of what the base image holds and a notebook meets -> the names on PyPI
BASE = dict.fromkeys([
    "anyio", "comm", "debugpy", "ipykernel", "ipython", "jupyter_client", "jupyter_core",
    "jupyter_events", "jupyter_server", "jupyterlab", "jupyterlab_server", "matplotlib-inline",
    "nbclient", "nbformat", "nest-asyncio", "notebook", "pyzmq", "sqlalchemy", "tornado", "traitlets",
]) | {"nbconvert-core": "nbconvert"}


def pip_requirements():
    """What pip installs, by environment.yml."""
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (pins,) = [each["pip"] for each in dependencies if isinstance(each, dict)]
    return pins


def base_image():
    """The requirements that stand for Binder's base image, from repo2docker's own lock."""
    folder = Path(repo2docker.__file__).parent / "buildpacks" / "conda"
    lock = (folder / "environment.py-3.11-linux-64.lock").read_text()
    found = dict(re.findall(r"/([^/]+)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)", lock))
    return [f"{pypi or conda}=={found[conda]}" for conda, pypi in BASE.items()]


def binders_python():
    """A Python with both. Pip would refuse pins that replace something of the base image."""
    python = interpreter("3.11")
    if python is None:
        pytest.skip("Python 3.11 is not on this machine")
    return environment("binder", python, [*base_image(), *pip_requirements()])
