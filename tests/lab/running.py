"""Cells run in a real kernel, as JupyterLab and the builder run them."""

import nbclient
import nbformat
from nbformat import v4

SETUP = 'from webcourse import lab\nlab.setup("request-lifecycle")'


def run_cells(*sources):
    """Run *sources* after the set-up cell. Returns the outputs of each."""
    cells = [v4.new_code_cell(source.strip()) for source in (SETUP, *sources)]
    notebook = v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    nbformat.validate(notebook)
    return [cell.outputs for cell in notebook.cells[1:]]


def shown(outputs):
    """What a student reads under a cell."""
    text = ""
    for output in outputs:
        if output.output_type == "stream":
            text += output.text
        elif output.output_type == "error":
            text += "\n".join(output.traceback)
        else:
            text += output.data["text/plain"]
    return text
