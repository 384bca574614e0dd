"""A notebook in a browser's JupyterLab, read through the application's own model.

JupyterLab draws only the cells in view, so what a cell holds is asked of the model
(`--expose-app-in-browser` makes it `window.jupyterapp`), and what it looks like of the page, after
scrolling to it.
"""

import re
import time

RUN_SECONDS = 240  # for a whole notebook, on a busy machine
OPEN_SECONDS = 60  # with its kernel
GIVE_UP_SECONDS = 10  # of an idle kernel, while cells are still to be run

OPEN = """async ([path, milliseconds]) => {
    const app = window.jupyterapp;
    const late = new Promise((_, reject) => setTimeout(
        () => reject(new Error(`${path} has no kernel: ` + document.body.innerText.slice(-500))),
        milliseconds,
    ));
    const open = async () => {
        await app.restored;
        window.panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
        await window.panel.context.ready;
        await window.panel.sessionContext.ready;
    };
    await Promise.race([open(), late]);
}"""
CELLS = """() => Array.from(window.panel.content.model.cells).map(cell => ({
    kind: cell.type,
    source: cell.sharedModel.getSource(),
    metadata: cell.sharedModel.getMetadata(),
    count: cell.type === 'code' ? cell.executionCount : null,
    state: cell.type === 'code' ? cell.executionState : 'idle',
    outputs: cell.type === 'code' ? cell.outputs.toJSON() : [],
}))"""
SHOW = """async ([index, align]) => {
    const notebook = window.panel.content;
    notebook.activeCellIndex = index;
    await notebook.scrollToItem(index, align);
    await notebook.widgets[index].ready;
}"""
LOOK = """editor => [
    getComputedStyle(editor).backgroundColor, getComputedStyle(editor, '::after').content,
]"""
EXECUTE = "name => { window.jupyterapp.commands.execute(name).catch(() => {}) }"
STATE = """() => [
    Array.from(window.panel.content.model.cells).map(cell => cell.executionCount ?? null),
    window.panel.sessionContext.session?.kernel?.status === 'idle',
]"""


class NotebookPage:
    """One open notebook."""

    def __init__(self, page, path, screenshots):
        self.page, self._screenshots = page, screenshots
        self._name = path.removesuffix(".ipynb")
        page.wait_for_function("() => window.jupyterapp", timeout=OPEN_SECONDS * 1000)
        page.evaluate(OPEN, [path, OPEN_SECONDS * 1000])

    def cells(self):
        """All cells, as dicts of kind, source, metadata, count, state and outputs."""
        return self.page.evaluate(CELLS)

    def index(self, name):
        """The place of the cell with the `grade_id` *name*."""
        names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in self.cells()]
        return names.index(name)

    def run_all(self):
        code = [index for index, cell in enumerate(self.cells()) if cell["kind"] == "code"]
        self._run("notebook:run-all-cells", code)

    def run(self, cell):
        """Run one cell, given by its name or its place, and return it."""
        self.show(cell)
        index = self.index(cell) if isinstance(cell, str) else cell
        self._run("notebook:run-cell", [index])
        return self.cells()[index]

    def _run(self, command, expected):
        """Execute *command* and wait until the *expected* cells have new numbers.

        It waits no longer for a cell that the kernel, idle for seconds, will never run. (The
        command's own promise is of no use: the first failing cell settles it.)
        """
        before, _ = self.page.evaluate(STATE)
        self.page.evaluate(EXECUTE, command)
        deadline = time.monotonic() + RUN_SECONDS
        idle_since = None
        while time.monotonic() < deadline:
            now, idle = self.page.evaluate(STATE)
            if idle and all(now[index] not in (None, before[index]) for index in expected):
                break
            idle_since = (idle_since or time.monotonic()) if idle else None
            if idle_since and time.monotonic() - idle_since > GIVE_UP_SECONDS:
                break
            self.page.wait_for_timeout(100)
        self.page.wait_for_timeout(200)  # until the last outputs are in the model

    def show(self, cell, align="center"):
        """Scroll to a cell, given by its name or its place, and return its element."""
        index = self.index(cell) if isinstance(cell, str) else cell
        self.page.evaluate(SHOW, [index, align])
        shown = ".jp-NotebookPanel:not(.lm-mod-hidden)"  # another notebook may be open behind it
        element = self.page.locator(f'{shown} .jp-Cell[data-windowed-list-index="{index}"]')
        element.wait_for(state="visible", timeout=20_000)
        return element

    def type_over(self, name, text):
        """Replace a cell's text as a student would: click, select all, paste."""
        self.show(name).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Escape")

    def look(self, cell):
        """A cell's background, and the mark that its editor carries ("none" or a text in quotes)."""
        editor = self.show(cell).locator(".jp-InputArea-editor")
        return editor.evaluate(LOOK)

    def use_theme(self, dark):
        theme = f"JupyterLab {'Dark' if dark else 'Light'}"
        change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(change, theme)
        is_on = "dark => (document.body.dataset.jpThemeLight === 'false') === dark"
        self.page.wait_for_function(is_on, arg=dark)
        self.page.wait_for_timeout(500)

    def screenshot(self, name):
        self.page.wait_for_timeout(300)  # scrolling, fonts
        self.page.screenshot(path=self._screenshots / f"{self._name}-{name}.png")


def shown(cell):
    """The text under a cell, without colors."""
    text = ""
    for output in cell["outputs"]:
        if output["output_type"] == "error":
            text += "\n".join(output["traceback"])
        elif output["output_type"] == "stream":
            text += "".join(output["text"])
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def errors(cell):
    return [output for output in cell["outputs"] if output["output_type"] == "error"]
