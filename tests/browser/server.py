"""A JupyterLab server of its own: free port, temporary settings, gone at the end."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.environments import ROOT

START_SECONDS = 60


@contextlib.contextmanager
def jupyter_lab(folder, python=sys.executable, course=None):
    """Serve *folder*/work. Yields the address, with its token.

    Args:
        folder (Path): empty; takes the settings and what the server says (`server.log`) as well.
        python (str): of the environment whose JupyterLab it is.
        course (Path | None): a course, served instead, by a JupyterLab that is started in it.
    """
    work, runtime = course or folder / "work", folder / "runtime"
    work.mkdir(exist_ok=True)
    _settle(folder / ".jupyter" / "lab" / "user-settings" / "@jupyterlab")
    token = secrets.token_hex(8)
    command = [
        python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser",
        "--ip=127.0.0.1", f"--ServerApp.port={_free_port()}", f"--ServerApp.root_dir={work}",
        f"--IdentityProvider.token={token}",
    ]
    home = {"HOME": str(folder), "PYTHONPATH": str(ROOT), "JUPYTER_RUNTIME_DIR": str(runtime)}
    env = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "PYTEST"))}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=course or folder, env=env | home, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield f"{_address(server, runtime)}lab?token={token}"
        finally:
            server.terminate()  # it ends its kernels first
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _settle(settings):
    """No question about news, which would cover the corner of every screenshot."""
    path = settings / "apputils-extension" / "notification.jupyterlab-settings"
    path.parent.mkdir(parents=True)
    path.write_text('{"fetchNews": "false", "checkForUpdates": false}')


def _free_port():
    """Likely to be free still when the server asks for it; it takes the next one otherwise."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _address(server, runtime):
    """Where *server* listens, as it writes down when it is ready."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        for path in Path(runtime).glob("jpserver-*.json"):
            with contextlib.suppress(json.JSONDecodeError):  # still being written
                return json.loads(path.read_text())["url"]
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start; see {runtime.parent / 'server.log'}")
