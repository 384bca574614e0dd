"""How a notebook looks: locked cells that can be told from the student's own, and short errors."""

import contextlib
import traceback

MOST_FRAMES = 4  # calls shown of an error's way through the notebook
MOST_SOURCE_LINES = 3  # of each, with the mark under what failed
MOST_ERROR_LINES = 4
WIDTH = 200  # characters of a line

# ------------------------------------------------------------------ locked cells

# A cell's editor says by itself that it is locked. The rules need no class of ours in the notebook,
# and mean nothing in nbconvert's pages, whose cells have no editor.
LOCKED = '.jp-Notebook .jp-CodeCell:has(.cm-content[aria-readonly="true"]) .jp-InputArea-editor'
STYLE = f"""<style>
{LOCKED} {{
  background: #f6f1e4;
  border-style: dashed;
  position: relative;
}}
{LOCKED}::after {{
  content: "locked";
  position: absolute;
  right: 6px;
  bottom: 2px;
  font: 10px/1.4 var(--jp-ui-font-family, sans-serif);
  color: #6b6355;
  pointer-events: none;
}}
[data-jp-theme-light="false"] {LOCKED} {{
  background: #2e2a21;
}}
[data-jp-theme-light="false"] {LOCKED}::after {{
  color: #b5ab98;
}}
</style>"""


def style():
    """The HTML that tints the locked cells of a notebook in JupyterLab, light and dark."""
    return STYLE


# ------------------------------------------------------------------ errors


def trim_tracebacks(shell):
    """Let errors show the notebook's own lines and the message, nothing of any library.

    Syntax errors, and errors that render themselves, look as ever.

    Args:
        shell (InteractiveShell): the running IPython.
    """
    if shell is None:  # a plain Python
        return
    from IPython.core.error import UsageError

    def show(shell, kind, error, trace, tb_offset=None):
        with contextlib.suppress(Exception):
            if not isinstance(error, (SyntaxError, UsageError)) and not hasattr(
                error, "_render_traceback_"
            ):
                lines = _told(shell, error, trace)
                if lines:
                    shell._get_exc_info((kind, error, trace))  # for %debug
                    shell._showtraceback(kind, _message(error), lines)
                    return lines
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return None

    shell.set_custom_exc((BaseException,), show)


def _told(shell, error, trace):
    """The lines for *error*, or None where no cell of the notebook took part in it."""
    frames = _own_frames(shell, trace)
    if not frames:
        return None
    held = list(_leaves(error))  # the error itself, or those of a group
    unwritten = next((each for each in held if _is_a_starters(shell, each)), None)
    if unwritten:
        return _unwritten(_own_frames(shell, unwritten.__traceback__))
    lines = [line for frame in frames[:1] for line in frame.lines()]
    if len(frames) > MOST_FRAMES:
        lines.append(f"… {len(frames) - MOST_FRAMES} more calls")
    lines += [line for frame in frames[1:][1 - MOST_FRAMES :] for line in frame.lines()]
    lines += _named(error)
    if isinstance(error, BaseExceptionGroup):
        for each in held[:MOST_ERROR_LINES]:
            places = [f" ({frame.place()})" for frame in _own_frames(shell, each.__traceback__)]
            lines.append(f"  - {_one_line(each)}{places[-1] if places else ''}")
    return [line if len(line) <= WIDTH else line[: WIDTH - 1] + "…" for line in lines]


class _Frame:
    """One call on an error's way through the notebook."""

    def __init__(self, cell, summary, name):
        self.cell, self.summary, self.name = cell, summary, name

    def place(self):
        inside = "" if self.name == "<module>" else f", in {self.name}"
        return f"{self.cell}, line {self.summary.lineno}{inside}"

    def lines(self):
        """The place, the source, and what Python marks in it."""
        formatted = traceback.StackSummary.from_list([self.summary]).format()[0]
        source = [line[2:] for line in formatted.rstrip().split("\n")[1:]]
        return [self.place(), *source[:MOST_SOURCE_LINES]]


def _own_frames(shell, trace):
    frames = []
    for (frame, _), summary in zip(traceback.walk_tb(trace), traceback.extract_tb(trace)):
        label = shell.compile.format_code_name(frame.f_code.co_filename)
        if label:
            name = frame.f_code.co_qualname.replace("<locals>.", "")
            frames.append(_Frame(" ".join(label), summary, name))
    return frames


def _is_a_starters(shell, error):
    """Whether *error* is the `raise NotImplementedError` of a cell, not one of a library."""
    if not isinstance(error, NotImplementedError) or error.args:
        return False
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return bool(shell.compile.format_code_name(frame.f_code.co_filename))


def _unwritten(frames):
    """A starter was called that still raises NotImplementedError."""
    first, last = frames[0], frames[-1]
    if last.name == "<module>":
        return [f"{last.place()}: not written yet. Put your code in its place."]
    lines = [
        f"{last.name}() is not written yet.",
        f"Put your code in place of `raise NotImplementedError` ({last.cell}) and run that cell.",
    ]
    if first is not last:
        lines.append(f"It was called in {first.place()}.")
    return lines


def _named(error):
    """The error's name and message, then what it came from."""
    lines = [line.rstrip() for line in "".join(traceback.format_exception_only(error)).splitlines()]
    if len(lines) > MOST_ERROR_LINES:
        lines = lines[:MOST_ERROR_LINES] + ["…"]
    if error.__cause__ is not None:
        lines.append(f"The cause was {_one_line(error.__cause__)}")
    elif error.__context__ is not None and not error.__suppress_context__:
        lines.append(f"It came up while handling {_one_line(error.__context__)}")
    return lines


def _leaves(error):
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error


def _message(error):
    try:
        return str(error)
    except Exception:  # the student's own `__str__` fails
        return ""


def _one_line(error):
    return " ".join("".join(traceback.format_exception_only(error)).split())
