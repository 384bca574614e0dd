"""A room of namespaces, built by bubblewrap (https://github.com/containers/bubblewrap), joined by a fork.

Starting Python in a room takes half a second; a fork of a warm process takes a hundredth. So bubblewrap
builds the room around a process that only waits, and the fork joins its namespaces (setns(2)), gives up
all privileges, and runs student code. When the room's first process ends, the kernel ends all others.
"""

import ctypes
import functools
import json
import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

FOLDER = "/box"  # where student code starts
ETC = Path(__file__).parent / "etc"
FOLDER_MB = 64  # of /box, of /tmp and of /dev/shm each
WAITS = "/usr/bin/cat"  # lives until its input ends

# sched.h
NEW_NAMESPACES = 0x00020000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
# prctl.h, capability.h
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, LAST_CAPABILITY = 24, 38, 63
CAPABILITY_VERSION_3 = 0x20080522


class CannotBuild(Exception):
    """bubblewrap did not build a room. The message is its own."""


@functools.cache
def missing():
    """str: why there are no such rooms here, empty if there are."""
    if not sys.platform.startswith("linux"):
        return "needs Linux"
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed"
    try:
        with Room() as room:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    room.step_in()
                    code = 0
                finally:
                    os._exit(code)
            return "" if os.waitpid(child, 0)[1] == 0 else "the room cannot be joined"
    except (OSError, CannotBuild) as error:
        return str(error)


def python_folders():
    """list[str]: what a Python process reads from: interpreter, packages, and this package."""
    places = [sys.base_prefix, sys.prefix, *site.getsitepackages(), str(Path(__file__).parents[2])]
    if site.ENABLE_USER_SITE:
        places.append(site.getusersitepackages())
    return [place for place in dict.fromkeys(map(os.path.realpath, places)) if os.path.isdir(place)]


def command(info):
    """list[str]: bubblewrap around a process that waits; tells about it at the descriptor *info*."""
    size = str(FOLDER_MB << 20)
    # fmt: off
    walls = [
        "bwrap", "--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent",
        "--cap-drop", "ALL", "--hostname", "room", "--uid", "1000", "--gid", "1000", "--clearenv",
        "--ro-bind", "/usr", "/usr",
    ]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):  # links into /usr, or folders on older systems
        path = f"/{name}"
        if os.path.islink(path):
            walls += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            walls += ["--ro-bind", path, path]
    walls += ["--ro-bind", str(ETC), "/etc", "--proc", "/proc", "--dev", "/dev"]
    walls += ["--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", FOLDER]
    for folder in python_folders():
        if not folder.startswith("/usr/"):
            walls += ["--ro-bind", folder, folder]
    walls += ["--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    # Root's own id would be allowed to write below /proc/sys.
    walls += ["--remount-ro", "/proc", "--remount-ro", "/", "--chdir", FOLDER]
    # fmt: on
    return [*walls, "--info-fd", str(info), "--", WAITS]


class Room:
    """A room, gone with everything in it at the end of the block."""

    own_processes = True
    own_network = True
    folder = FOLDER

    def __enter__(self):
        told, tells = os.pipe()
        self._waiting = subprocess.Popen(
            command(tells),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[tells],
            env={"PATH": "/usr/bin:/bin"},  # a room can read the environment that bwrap was given
            start_new_session=True,
        )
        os.close(tells)
        with open(told, "rb") as info:
            said = info.read()
        self._waiting.stdin.write(b"?")
        self._waiting.stdin.flush()
        if not said or self._waiting.stdout.read(1) != b"?":  # it answers when everything is set up
            reason = self._waiting.stderr.read().decode("utf-8", "replace").strip()
            self.__exit__()
            raise CannotBuild(reason or "bubblewrap gave no room")
        self.first = json.loads(said)["child-pid"]  # in the room it has the number 1
        return self

    def __exit__(self, *exception):
        self._waiting.kill()
        with self._waiting:  # closes the pipes, waits
            pass

    def step_in(self):
        """Join the room. The next fork is in it; this process sees its files, and stays outside its
        process numbers, so that nothing in it can see or signal this one."""
        first = os.pidfd_open(self.first)
        try:
            _call("setns", ctypes.c_int(first), ctypes.c_int(NEW_NAMESPACES))
        finally:
            os.close(first)
        os.chdir(FOLDER)

    def close_door(self):
        """Give up every privilege, for good."""
        for capability in range(LAST_CAPABILITY + 1):
            _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails beyond the last one
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        _call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
        _call("prctl", *map(ctypes.c_ulong, (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))


_libc = ctypes.CDLL(None, use_errno=True)


def _call(name, *arguments):
    """Call a function of the C library; raise OSError when it fails."""
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
