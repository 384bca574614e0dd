"""What stands between student code and everything else.

`bubblewrap`  namespaces of its own: no files, processes or network but the room's. No root needed.
`landlock`    where namespaces are missing, as in most containers: files and signals, no network wall
`none`        limits only, for those who trust what they grade

Each module has `missing()`, which says why it cannot be used here, and `Room`, a context manager that
the guard of a run enters before it forks student code.
"""

import os
import sys
import tempfile

from . import bubblewrap, landlock

BUBBLEWRAP, LANDLOCK, NONE = "bubblewrap", "landlock", "none"
SAID = {
    BUBBLEWRAP: "bubblewrap (own files, processes and network)",
    LANDLOCK: "Landlock (own files; no network wall)",
    NONE: "none (limits only: student code runs with your rights)",
}
FORCED = "WEBCOURSE_WALLS"  # environment variable with a name, for tests


class NoWalls(Exception):
    """Neither kind of wall can be put up here. The message says why and what to do."""


def missing():
    """dict[str, str]: for each kind of wall why it cannot be used here, empty if it can."""
    return {BUBBLEWRAP: bubblewrap.missing(), LANDLOCK: landlock.missing()}


def choose(trust=False):
    """The name of the best walls of this machine.

    Args:
        trust (bool): go on without any.

    Raises:
        NoWalls: if there are none and they are needed.
    """
    forced = os.environ.get(FORCED)
    if forced == NONE and not trust:
        raise NoWalls(_refusal({BUBBLEWRAP: "switched off", LANDLOCK: "switched off"}))
    if forced:
        return forced
    reasons = missing()
    for name, reason in reasons.items():
        if not reason:
            return name
    if not trust:
        raise NoWalls(_refusal(reasons))
    return NONE


def _refusal(reasons):
    why = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
    return (
        f"student code cannot be walled in on this machine ({why}). {cure()}, or accept with --trust that "
        "it runs with your rights"
    )


def cure():
    """str: how to get walls on this system."""
    if sys.platform.startswith("linux"):
        return (
            "Install bubblewrap (`sudo apt install bubblewrap`, `sudo dnf install bubblewrap`) and let "
            "users make namespaces (on Ubuntu 23.10 and later "
            "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`)"
        )
    return "Grade on Linux, on Windows in WSL"


class Bare:
    """No walls: a private folder, and the end of everything that was started in it."""

    own_processes = False
    own_network = False

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="room-")
        return self

    def __exit__(self, *exception):
        remove(self.folder)

    def step_in(self):
        """Called in the guard, before it forks."""

    def close_door(self):
        """Called in the process of the student, before any cell."""


class Landlocked(Bare):
    """A private folder, and Landlock around what may be opened."""

    def close_door(self):
        landlock.restrict(self.folder, bubblewrap.python_folders())


def room(name):
    """A context manager for the walls *name*."""
    return {BUBBLEWRAP: bubblewrap.Room, LANDLOCK: Landlocked, NONE: Bare}[name]()


def remove(folder):
    """Delete a room's folder, with what student code may have locked in it."""
    import shutil
    import stat

    os.chmod(folder, stat.S_IRWXU)
    for path, folders, _ in os.walk(folder):
        for inner in (os.path.join(path, name) for name in folders):
            if not os.path.islink(inner):  # chmod would follow it out of the room
                os.chmod(inner, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
