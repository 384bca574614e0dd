"""Python environments made for a test, kept in .cache/ from one run to the next."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("WEBCOURSE_CACHE", ROOT / ".cache"))
LOCK = ROOT / "requirements.lock"


def interpreter(version):
    """The path of Python *version* ("3.12"), from PATH or from pyenv; None where there is none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *map(str, pyenv.glob(f"{version}.*/bin/python"))]
    for path in filter(None, found):
        if subprocess.run([path, "-c", "import venv"], capture_output=True).returncode == 0:
            return path
    return None


def environment(name, python, requirements):
    """An environment of *python* with *requirements*; returns the path of its Python.

    Raises:
        subprocess.CalledProcessError: if pip cannot install them.
    """
    key = hashlib.sha256("\n".join([python, *requirements]).encode()).hexdigest()[:12]
    folder = CACHE / f"{name}-{key}"
    inside = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *requirements], check=True)
        (folder / "ready").touch()
    return str(inside)


def pinned(*names):
    """The lines of the lock for *names*, as requirements.

    Raises:
        KeyError: for a name that the lock does not hold.
    """
    pins = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK.read_text(), re.MULTILINE))
    return [f"{name}=={pins[name]}" for name in names]
