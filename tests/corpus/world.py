"""What surrounds a course while the corpus is graded, and what must be untouched afterwards."""

import contextlib
import os
import secrets
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parents[2]
KEPT = "kept-from-students"  # in every solution, and in no release
HIDDEN = "hidden_word"  # in a hidden check
OWN_BOUND = "the corpus's own bound"  # what a bomb says that no limit has stopped
VICTIM = "victim"  # the student whose right answers others want


@dataclass
class World:
    """A course folder among things that no submission may reach.

    Attributes:
        root (Path): holds all of them.
        mark (str): in the name of every process and file that a submission starts or leaves; at most
            ten characters, since a process has fifteen for its name.
        namespace (str): of the processes outside; what could end the machine's own runs elsewhere only.
        secrets (dict[str, str]): where a word stands that must not come out, and the word.
    """

    root: Path
    mark: str = field(default_factory=lambda: "cp" + secrets.token_hex(4))
    port: int = 9
    namespace: str = field(default_factory=lambda: os.readlink("/proc/self/ns/pid"))
    secrets: dict = field(default_factory=dict)

    def __post_init__(self):
        for place in ("environment", "home", "outside", VICTIM):
            self.secrets.setdefault(place, f"secret-{secrets.token_hex(6)}")
        for folder in (self.course, self.outside, self.home, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        (self.home / ".netrc").write_text(f"password {self.secrets['home']}\n")
        (self.outside / "private.txt").write_text(self.secrets["outside"])
        (self.outside / "kept").mkdir()
        (self.outside / "kept" / "file.txt").write_text("here since before")

    @property
    def course(self):
        return self.root / "course"

    @property
    def outside(self):
        return self.root / "outside"

    @property
    def home(self):
        return self.root / "home"

    @property
    def temporary(self):
        return self.root / "tmp"

    @property
    def words(self):
        """list[str]: what must not come out of a room."""
        return [KEPT, HIDDEN, *self.secrets.values()]

    def environment(self):
        """dict[str, str]: for the process that grades."""
        import matplotlib

        return {
            **os.environ,
            "CORPUS_SECRET": self.secrets["environment"],
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "MPLCONFIGDIR": matplotlib.get_cachedir(),  # else it looks for all fonts again
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def fill(self, text, name, right=""):
        """*text* of a submission with this world's names in place of its @WORDS@.

        Args:
            text (str)
            name (str): of the submission.
            right (str): the right answer, for code that puts it in place once it got through.
        """
        words = {
            "COURSE": str(self.course),
            "OUTSIDE": str(self.outside),
            "HOME": str(self.home),
            "REPOSITORY": str(REPOSITORY),
            "MARK": self.mark,
            "PORT": str(self.port),
            "ADDRESSES": ", ".join(map(repr, own_addresses())),
            "NAMESPACE": self.namespace,
            "NAME": name,
            "RIGHT": repr(right),
            "BOUND": OWN_BOUND,
        }
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        return text

    # ------------------------------------------------------------------ afterwards

    def outside_files(self):
        """dict[str, str]: the text of every file in the folders outside the course."""
        return {
            str(path.relative_to(self.root)): path.read_text(errors="replace")
            for folder in (self.outside, self.home)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_socket()
        }

    def processes(self):
        """list[str]: the names and command lines of processes that bear the mark."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                names = (folder / "comm").read_text() + (folder / "cmdline").read_text(errors="replace")
                if self.mark in names:
                    found.append(f"{folder.name} {names.strip()}")
        return found

    def litter(self):
        """list[str]: files that were left behind in places where anybody may write."""
        left = list(self.temporary.iterdir())
        for folder in map(Path, ("/tmp", "/var/tmp", "/dev/shm", REPOSITORY)):
            with contextlib.suppress(OSError):
                left += [path for path in folder.iterdir() if self.mark in path.name]
        return [str(path) for path in left]


def own_addresses():
    """list[str]: of this machine in its networks."""
    return [
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET
    ]


@contextlib.contextmanager
def listening(world):
    """Listen outside: on a port of every address, on an abstract socket and on one in a folder.

    Yields:
        list[str]: the first bytes of every connection that came.
    """
    came, sockets = [], []
    for family, address in (
        (socket.AF_INET, ("0.0.0.0", 0)),
        (socket.AF_UNIX, f"\0{world.mark}"),
        (socket.AF_UNIX, str(world.outside / "socket")),
    ):
        server = socket.socket(family)
        server.bind(address)
        server.listen()
        sockets.append(server)
        threading.Thread(target=_accept, args=(server, came), daemon=True).start()
    world.port = sockets[0].getsockname()[1]
    try:
        yield came
    finally:
        for server in sockets:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        (world.outside / "socket").unlink(missing_ok=True)


def _accept(server, came):
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # closed
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(1)
            came.append(connection.recv(100).decode("utf-8", "replace"))
            connection.sendall(b"reached")
