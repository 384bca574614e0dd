"""Takes the student's answers out of whatever was submitted. Runs nothing of it.

Any file comes through: what cannot be read becomes a reason, never an exception. Only the text of
answers and of extra code cells is taken; metadata, outputs, tags and kernels are left behind.
"""

import errno
import hashlib
import json
import os
import stat
import sys
from dataclasses import dataclass, field

from .course import is_litter, printable
from .master import grade_id

FILE_LIMIT = 20_000_000  # bytes of a notebook; ours have at most one million with all charts
ANSWER_LIMIT = 100_000  # characters of an answer
EXTRA_LIMIT = 400_000  # characters of all extra cells together
FILES_LIMIT = 20  # notebooks of one submission that are looked into, and other files that are taken
FILES_BYTES = 5_000_000  # of all other files together
DEPTH_LIMIT = 3  # folders within folders
TELLING = 40  # characters from which a cell's text tells where it is from


@dataclass
class Extra:
    """A cell of the student's own."""

    after: int  # position in the master of the cell that it follows, -1 at the start
    source: str
    before: int = sys.maxsize  # position of the cell that follows it
    kind: str = "code"


@dataclass
class Collected:
    """The bytes of a submission. What could not be read is there as the reason."""

    notebooks: dict = field(default_factory=dict)  # relative path -> bytes or Unreadable
    files: dict = field(default_factory=dict)  # relative path -> bytes, of what is no notebook
    is_link: bool = False
    notes: list = field(default_factory=list)

    @property
    def digest(self):
        """str: equal for equal content."""
        digest = hashlib.sha256(json.dumps([self.is_link, self.notes]).encode())
        for name, content in [*self.notebooks.items(), *self.files.items()]:
            digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
            content = str(content).encode() if isinstance(content, Unreadable) else content
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()


@dataclass
class Intake:
    """What was found in a submission."""

    answers: dict = field(default_factory=dict)  # grade_id -> source
    extras: list = field(default_factory=list)  # of Extra, in the student's order
    kept: set = field(default_factory=set)  # positions of the master's cells that are still there
    notes: list = field(default_factory=list)  # lines for student and instructor
    problem: str = ""  # why there are no answers at all
    matches: int = 0  # cells that belong to the master
    files: dict = field(default_factory=dict)  # what lies beside the notebook: bytes by relative path


class Unreadable(Exception):
    """A file is no notebook. The message is the reason."""


def collect(path):
    """Read what lies at *path*, a file or a folder, without following a link.

    Args:
        path (Path)

    Returns:
        Collected: never fails.
    """
    collected = Collected(is_link=path.is_symlink())
    left = FILES_BYTES
    for name in find_files(path):
        looks = not name or _looks_like_a_notebook(os.path.basename(name))
        if looks and len(collected.notebooks) >= FILES_LIMIT:
            continue
        try:
            data = read_bytes(path, name, FILE_LIMIT if looks else left)
        except Unreadable as reason:
            if looks:
                collected.notebooks[name or path.name] = reason
            continue
        if looks:
            collected.notebooks[name or path.name] = data
        elif len(collected.files) < FILES_LIMIT:
            collected.files[name] = data
            left -= len(data)
    return collected


def take_in(collected, master, others=()):
    """The answers in a submission.

    Of several notebooks the one with the master's name is taken, unless another one fits and it
    does not.

    Args:
        collected (Collected)
        master (Master): what the notebook was made from.
        others (Iterable[str]): names of the assignment's other notebooks, which are not this one.

    Returns:
        Intake: never fails; `problem` says why there is nothing.
    """
    wanted = f"{master.name}.ipynb"
    taken = {f"{other}.ipynb" for other in others}
    found = [
        (name, _take_in_file(name, data, master))
        for name, data in sorted(
            collected.notebooks.items(), key=lambda item: (os.path.basename(item[0]) != wanted, item[0])
        )
        if os.path.basename(name) not in taken
    ]
    if not found:
        problem = "links are not followed" if collected.is_link else f"there is no notebook {wanted}"
        return Intake(problem=problem)
    # max() takes the first of equals, and the one with the right name comes first.
    name, best = max(
        found,
        key=lambda pair: (bool(pair[1].matches), os.path.basename(pair[0]) == wanted, pair[1].matches),
    )
    if best.matches and os.path.basename(name) != wanted:
        best.notes.insert(0, f"graded {printable(name)}: there is no usable {wanted}")
    if not best.matches and not best.problem:
        shown = printable(os.path.basename(name))
        best = Intake(problem=f"{shown} is another notebook: no exercise in it is from {wanted}")
    best.notes += collected.notes
    if not master.sealed:
        best.files = collected.files
    return best


def find_files(path):
    """What lies at *path*, the notebooks first.

    Returns:
        list[str]: paths relative to the folder *path*; [""] when *path* is a file itself.
    """
    if path.is_symlink():
        return []
    if not path.is_dir():
        return [""]
    found = []
    for folder, folders, files in os.walk(path):
        relative = os.path.relpath(folder, path)
        depth = 0 if relative == "." else relative.count(os.sep) + 1
        # A folder called x.ipynb is a candidate too, so that the reason names it.
        files += [name for name in folders if _looks_like_a_notebook(name)]
        folders[:] = sorted(name for name in folders if depth < DEPTH_LIMIT and not is_litter(name))
        names = [name for name in files if not is_litter(name)]
        found += [os.path.normpath(os.path.join(relative, name)) for name in sorted(names)]
    return sorted(found, key=lambda name: not _looks_like_a_notebook(os.path.basename(name)))


def _looks_like_a_notebook(name):
    return not is_litter(name) and (".ipynb" in name.lower() or name.lower().endswith(".json"))


def _take_in_file(name, data, master):
    try:
        if isinstance(data, Unreadable):
            raise data
        cells = parse(data)
    except Unreadable as reason:
        return Intake(problem=f"{printable(os.path.basename(name))}: {reason}")
    return sort_cells(cells, master)


# ------------------------------------------------------------------ bytes


def read_bytes(root, name, limit=FILE_LIMIT):
    """The content of the regular file *root*/*name*, reached without any link below *root*.

    Args:
        root (Path): a folder, or the file itself when *name* is empty.
        name (str): relative path.
        limit (int): bytes that are read.

    Raises:
        Unreadable: if it is a link, a device, a pipe, too large, or not allowed.
    """
    *way, last = [part for part in name.split(os.sep) if part] or [root.name]
    folder = _open(root if name else root.parent, os.O_DIRECTORY)
    for part in way:
        folder = _open(part, os.O_DIRECTORY | os.O_NOFOLLOW, folder)
    file = _open(last, os.O_NONBLOCK | os.O_NOFOLLOW, folder)  # a pipe without a writer would block
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if status.st_size > limit:
            raise Unreadable(f"larger than {limit // 1_000_000} MB")
        with open(file, "rb", closefd=False) as stream:
            return stream.read(limit)
    finally:
        os.close(file)


def _open(name, flags, folder=None):
    """A descriptor of *name*, in place of that of the *folder* it is in."""
    try:
        return os.open(name, os.O_RDONLY | os.O_CLOEXEC | flags, dir_fd=folder)
    except OSError as error:
        reason = (
            "a link; links are not followed"
            if error.errno in (errno.ELOOP, errno.ENOTDIR)
            else error.strerror
        )
        raise Unreadable(reason) from None
    finally:
        if folder is not None:
            os.close(folder)


# ------------------------------------------------------------------ cells


@dataclass
class Cell:
    """What is taken of a submitted cell."""

    source: str
    kind: str  # "code", "markdown" or "raw"
    grade_id: str | None


def parse(data):
    """The cells of a notebook of any format.

    Args:
        data (bytes): of the file.

    Returns:
        list[Cell]

    Raises:
        Unreadable: if there are none.
    """
    if not data.strip():
        raise Unreadable("the file is empty")
    try:
        content = json.loads(data)
    except RecursionError:
        raise Unreadable("nested too deeply to be a notebook") from None
    except MemoryError:
        raise Unreadable("too large to be read") from None
    except ValueError:  # JSONDecodeError, UnicodeDecodeError, a number of a million digits
        raise Unreadable("not a notebook (no JSON): damaged, cut off, or another kind of file") from None
    cells = [_cell(raw) for raw in _raw_cells(content) if isinstance(raw, dict)]
    if not cells:
        raise Unreadable("not a notebook (it has no cells)")
    return cells


def _raw_cells(content):
    """The cells of formats 4 and, in worksheets, 3 and before."""
    if not isinstance(content, dict):
        return []
    if isinstance(content.get("cells"), list):
        return content["cells"]
    sheets = content.get("worksheets")
    sheets = sheets if isinstance(sheets, list) else []
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _cell(raw):
    metadata = raw.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    source = raw.get("source", raw.get("input", ""))  # `input` in format 3
    kind = raw.get("cell_type")
    kind = kind if kind in ("code", "raw") else "markdown"
    return Cell(_text(source), kind, name if isinstance(name, str) else None)


def _text(source):
    """A cell's source as clean text, whether it is a string or a list of lines."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    source = source.replace("\r\n", "\n").replace("\0", "")
    return source.encode("utf-8", "replace").decode()  # lone surrogates become question marks


# ------------------------------------------------------------------ answers


def sort_cells(cells, master):
    """Tell answers from extra cells and from the master's own.

    Args:
        cells (list[Cell]): of the submission.
        master (Master)

    Returns:
        Intake
    """
    intake = Intake()
    positions, starters = master.positions, master.starters
    place, room_for_extras, repeated = -1, EXTRA_LIMIT, []
    for cell, ahead in zip(cells, _named_ahead(cells, positions), strict=True):
        if cell.grade_id in positions:
            intake.matches += cell.grade_id in starters or cell.grade_id in master.points
            place = _pass(intake, positions[cell.grade_id])
            if cell.grade_id in starters:
                _keep_answer(intake, cell, starters[cell.grade_id], repeated)
        elif (found := _find(cell, place, ahead, master)) is not None:
            intake.matches += len(cell.source.strip()) >= TELLING
            place = _pass(intake, found)
            intake.kept.add(place)
        elif cell.source.strip() and (cell.kind == "code" or not master.sealed):
            room_for_extras -= len(cell.source)
            if room_for_extras >= 0:
                intake.extras.append(Extra(place, cell.source, kind=cell.kind))
    if room_for_extras < 0:
        intake.notes.append(f"extra cells beyond {EXTRA_LIMIT // 1000} kB were left out")
    for name in dict.fromkeys(repeated):
        intake.notes.append(f"{name}: the answer is there more than once; the first one counts")
    missing = [name for name in starters if name not in intake.answers]
    if intake.matches and missing:
        intake.notes.append(f"missing answer cells: {', '.join(missing)}")
    return intake


def _named_ahead(cells, positions):
    """list[int]: for each cell the position in the master of the next one that has a name there."""
    ahead, following = [], sys.maxsize
    for cell in reversed(cells):
        ahead.append(following)
        following = positions.get(cell.grade_id, following)
    return ahead[::-1]


def _find(cell, place, ahead, master):
    """int | None: the position of the master's cell with this text.

    Where plain cells run, one that was copied or moved beyond a named cell is the student's own.
    """
    same = master.released.get(cell.source.strip(), [])
    below = next((p for p in same if p > place), None)
    if not same or grade_id(master.notebook.cells[same[0]]) or master.sealed:
        return below if below is not None or not same else same[0]
    return below if below is not None and below < ahead else None


def _pass(intake, place):
    """*place*, noted as what follows the extra cells before it."""
    for extra in reversed(intake.extras):
        if extra.before != sys.maxsize:
            break
        extra.before = place
    return place


def _keep_answer(intake, cell, starter, repeated):
    """The first copy counts, unless it is the untouched starter."""
    earlier = intake.answers.get(cell.grade_id)
    if earlier is not None and earlier.strip() not in (starter.strip(), cell.source.strip()):
        repeated.append(cell.grade_id)
    elif len(cell.source) > ANSWER_LIMIT:
        intake.answers[cell.grade_id] = starter
        intake.notes.append(
            f"{cell.grade_id}: the answer has more than {ANSWER_LIMIT // 1000} kB and was left out"
        )
    elif earlier is None or earlier.strip() == starter.strip():
        intake.answers[cell.grade_id] = cell.source
