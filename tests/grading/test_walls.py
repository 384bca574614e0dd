"""What student code can reach from its room, with each kind of walls. Each refusal has its control."""

import json
import os
import socket
import threading
from pathlib import Path

import psutil
import pytest

from tests.grading.kit import SOLUTIONS, hand_in, submission
from webcourse.cli import main
from webcourse.grading import room, walls
from webcourse.grading.walls import bubblewrap

ROOT = Path(__file__).parents[2]
WALLED = [walls.BUBBLEWRAP, walls.LANDLOCK]
OPEN = "try:\n    print(open({!r}).read(9))\nexcept OSError as error:\n    print('closed')"


@pytest.fixture(scope="module", params=WALLED)
def rooms(request):
    if walls.missing()[request.param]:
        pytest.skip(walls.missing()[request.param])
    with room.Rooms(request.param) as rooms:
        yield rooms


@pytest.fixture(scope="module")
def says(rooms):
    """What a cell prints in a room."""

    def says(source, files=None):
        limits = room.Limits(cell_seconds=5, notebook_seconds=20)
        (result,) = rooms.run(room.job([("cell", source)], "7", limits, files))
        assert result["status"] == "ok", result
        return "".join(output.get("text", "") for output in result["outputs"])

    return says


def test_no_file_of_the_graders_can_be_read(says, tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("secret")
    assert says(OPEN.format(str(secret))) == "closed\n"
    for path in (ROOT / "lessons", ROOT / "source"):
        listed = f"import os\ntry:\n    print(os.listdir({str(path)!r}))\nexcept OSError:\n    print('closed')"
        assert says(listed) == "closed\n"
    assert says(OPEN.format(json.__file__)) != "closed\n"  # Python's own can

def test_files_of_the_assignment_are_there_and_the_folder_is_writable(says):
    source = "print(open('data/table.csv').read())\nopen('mine', 'w').write('x')\nprint(open('mine').read())"
    assert says(source, {"data/table.csv": "a,b"}) == "a,b\nx\n"


def test_nothing_else_can_be_written(says, tmp_path):
    for place in ("/usr/x", str(tmp_path / "x"), "/proc/sys/kernel/core_pattern", json.__file__):
        source = f"try:\n    open({place!r}, 'a')\n    print('open')\nexcept OSError:\n    print('closed')"
        assert says(source) == "closed\n", place
    assert not (tmp_path / "x").exists()


def test_links_lead_nowhere(says, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    assert says(f"import os\nos.symlink({str(secret)!r}, 'way')\n" + OPEN.format("way")) == "closed\n"


def test_the_environment_holds_no_secret(says, monkeypatch):
    source = "import os\nprint(sorted(os.environ))\nprint(open('/proc/self/environ').read())"
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert "SECRET" not in says(source)
    assert "HOME" in says(source)


def test_other_processes_cannot_be_signalled_or_read(says):
    kill = "import os\ntry:\n    os.kill({}, 0)\n    print('open')\nexcept OSError:\n    print('closed')"
    assert says(kill.format(os.getpid())) == "closed\n"
    assert says(kill.format("os.getpid()")) == "open\n"
    assert says(OPEN.format(f"/proc/{os.getpid()}/environ")) == "closed\n"
    zygote = psutil.Process().children()[-1].pid
    assert says(OPEN.format(f"/proc/{zygote}/mem")) == "closed\n"


def test_privileges_are_gone_for_good(says):
    status = says("print(open('/proc/self/status').read())")
    assert "NoNewPrivs:\t1" in status
    sudo = "import os\ntry:\n    os.setuid(0)\n    print(os.getuid())\nexcept OSError:\n    print('closed')"
    assert says(sudo) in ("closed\n", f"{os.getuid()}\n")


def test_only_loopback_is_there(says, rooms):
    inside = (
        "import socket\nwith socket.create_server(('localhost', 0)) as server:\n"
        "    socket.create_connection(server.getsockname()).close()\nprint('open')"
    )
    assert says(inside) == "open\n"
    if rooms.kind != walls.BUBBLEWRAP:
        return  # said in its name: there is no network wall
    reached = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as host:
        threading.Thread(target=lambda: (host.accept(), reached.set()), daemon=True).start()
        address = host.getsockname()
        outside = (
            f"import socket\ntry:\n    socket.create_connection({address!r}, 1)\n    print('open')\n"
            "except OSError:\n    print('closed')"
        )
        assert says(outside) == "closed\n"
        assert not reached.is_set()
        socket.create_connection(address, 1).close()  # from here it can be reached
        assert reached.wait(5)


def test_rooms_see_nothing_of_one_another(says):
    assert says("open('left', 'w').write('x')\nimport os\nprint(os.listdir('.'))") == "['left']\n"
    assert says("import os\nprint(os.listdir('.'))") == "[]\n"


def test_a_bubblewrap_room_makes_no_namespaces(says, rooms):
    if rooms.kind != walls.BUBBLEWRAP:
        pytest.skip("Landlock leaves them allowed, and what is restricted stays so in them")
    assert says("import ctypes\nprint(ctypes.CDLL(None).unshare(0x10000000))") == "-1\n"


# ------------------------------------------------------------------ which walls there are


@pytest.fixture
def without_walls(monkeypatch):
    monkeypatch.setattr(bubblewrap, "missing", lambda: "bubblewrap is not installed")
    monkeypatch.setattr(walls.landlock, "missing", lambda: "the kernel has no Landlock")


def test_without_walls_nothing_is_graded_unless_it_is_trusted(without_walls):
    with pytest.raises(walls.NoWalls, match="apt install bubblewrap") as refusal:
        walls.choose()
    assert "--trust" in str(refusal.value) and "\n" not in str(refusal.value)
    assert walls.choose(trust=True) == walls.NONE


def test_the_command_refuses_without_walls(without_walls, course, grade_command, capsys):
    hand_in(course, "alice", submission(SOLUTIONS))
    assert grade_command(course) == 2
    assert "cannot be walled in" in capsys.readouterr().err
    assert not (course.root / "receipts").exists()
    assert grade_command(course, "--trust") == 0
    assert "walls: none" in capsys.readouterr().out.replace("\n", " ")


def test_the_doctor_says_what_there_is(capsys, monkeypatch):
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "ok     the grader's files cannot be read" in said
    monkeypatch.setattr(bubblewrap, "missing", lambda: "bubblewrap is not installed")
    assert main(["doctor"]) == 0
    assert "MISSES no way out to the network" in capsys.readouterr().out
    monkeypatch.setattr(walls.landlock, "missing", lambda: "the kernel has no Landlock")
    assert main(["doctor"]) == 1
    assert "apt install bubblewrap" in capsys.readouterr().out.replace("\n", " ")
