"""The kit inside real kernels, with nest-asyncio2 applied, on every Python that is here."""

import contextlib
import os
import sys
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from tests.environments import ROOT, environment, interpreter, pinned

KIT = ["ipykernel", "ipytest", "nest-asyncio2", "time-machine", "matplotlib", "httpx", "uvicorn", "pytest"]
TIMEOUT = 120  # seconds for a cell; the longest takes five


class Kernel:
    """A kernel of one Python, to which cells are sent."""

    def __init__(self, client):
        self.client = client

    def run(self, source):
        """Run a cell. Returns its printed text and the lines of its error (or None)."""
        texts, errors = [], []

        def keep(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                texts.append(content["text"])
            elif message["msg_type"] == "error":
                errors.extend(content["traceback"])

        self.client.execute_interactive(source, output_hook=keep, timeout=TIMEOUT)
        return "".join(texts), errors or None


def python_of(version):
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not on this machine")
    return environment(f"kernel-{version}", python, pinned(*KIT))


@contextlib.contextmanager
def kernel(python, folder):
    manager = KernelManager()
    manager.kernel_spec.argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    env = os.environ | {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / "ipython")}
    manager.start_kernel(cwd=str(folder), env=env)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module", params=["3.11", "3.12", "3.13"])
def ready(request, tmp_path_factory):
    with kernel(python_of(request.param), tmp_path_factory.mktemp("kernel")) as running:
        _, error = running.run("from webcourse import lab\n\nlab.setup()")
        assert error is None
        yield running


def is_healthy(running):
    """Whether the kernel still runs plain, blocking and awaiting cells in real time."""
    text, error = running.run(
        "import asyncio, time\n"
        "before = time.clock_gettime(time.CLOCK_MONOTONIC) - time.monotonic()\n"
        "asyncio.run(asyncio.sleep(0.01))\n"
        "await asyncio.sleep(0.01)\n"
        "print(abs(before) < 1, asyncio.get_running_loop().is_running())"
    )
    return error is None and text == "True True\n"


def test_the_tests_of_the_clock_pass_inside_the_kernel(ready):
    tests = Path(__file__).with_name("test_clock.py")
    text, error = ready.run(
        "import pytest\n"
        f"code = pytest.main(['-q', '--noconftest', '-p', 'no:cacheprovider', '-o', 'addopts=', "
        f"{str(tests)!r}])\n"
        "print('exit code', int(code))"
    )
    assert error is None
    assert text.endswith("exit code 0\n"), text
    assert is_healthy(ready)


ENDLESS = {
    "an endless wait": "await asyncio.Event().wait()",
    "an endless sleep": "while True: await asyncio.sleep(1)",
    "an endless loop": "while True: pass",
    "a nap that swallows everything": """
    while True:
        try:
            await asyncio.sleep(1)
        except BaseException:
            pass""",
    "a loop that swallows everything": """
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass""",
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_fails_its_check_and_leaves_the_kernel_healthy(ready, body):
    ready.run("lab.checks.CPU_SECONDS = 0.3")
    ready.run(f"import asyncio\n\nasync def endless():\n    {body}")
    text, error = ready.run(
        "%%ipytest\n# 9.9 · endless-basics · 2 points · locked\n"
        "async def test_it_ends(see, clock):\n    'It ends.'\n"
        "    assert see(await endless()) is None\n\n\n"
        "def test_others_still_count(see, rng):\n    'One is one.'\n    assert see(1) == 1\n"
    )
    assert error[0] == "✗ it ends" and "✓ others still count" in error
    assert len(error) <= 8 + 2
    assert is_healthy(ready)


def test_the_old_name_of_nest_asyncio_is_the_new_module(ready):
    text, error = ready.run(
        "import nest_asyncio, nest_asyncio2\nprint(nest_asyncio is nest_asyncio2)"
    )
    assert (text, error) == ("True\n", None)


def test_a_cell_of_the_students_own_runs_under_ipytest(ready):
    _, error = ready.run("%%ipytest\ndef test_mine():\n    assert 1 + 1 == 3")
    assert error
    text, error = ready.run("%%ipytest\ndef test_mine():\n    assert 1 + 1 == 2")
    assert error is None and "1 passed" in text


def test_a_student_cannot_turn_failures_off_with_ipytests_settings(ready):
    ready.run("import ipytest\nipytest.autoconfig(raise_on_error=False)\nlab.setup()")
    ready.run("import ipytest\nipytest.config(raise_on_error=False)")
    _, error = ready.run(
        "%%ipytest\n# 9.9 · wrong-basics · 2 points · locked\n"
        "def test_wrong(see):\n    'Two is two.'\n    assert see(1) == 2\n"
    )
    assert error[:4] == [
        "✗ wrong",
        "    called    1",
        "    expected  2",
        "    got       1",
    ]


def test_names_of_a_check_do_not_leak_into_the_notebook(ready):
    ready.run(
        "%%ipytest\n# 9.9 · leak-basics · 2 points · locked\nSECRET = 1\n\n"
        "def test_leak(see):\n    'One.'\n    assert see(SECRET) == 1\n"
    )
    text, _ = ready.run("print('SECRET' in globals(), 'test_leak' in globals())")
    assert text == "False False\n"
