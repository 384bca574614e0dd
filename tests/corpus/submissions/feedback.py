"""Right answers that show something dangerous to whoever reads the feedback or the graded notebook."""

import json

from .. import targets
from ..submission import Submission, after, answering, attack, honest

ALERT = "corpusAlert"  # what live code of a submission would call
TAGS = (
    f"<script>{ALERT}()</script><img src=x onerror='{ALERT}()'><svg onload={ALERT}()></svg>"
    f"<iframe srcdoc='<script>{ALERT}()</script>'></iframe><a href='javascript:{ALERT}()'>points</a>"
    f"<form action='javascript:{ALERT}()'><button>ok</button></form><base href='https://evil.invalid/'>"
    f"<meta http-equiv=refresh content='0;url=javascript:{ALERT}()'>"
    f"<object data='javascript:{ALERT}()'></object><style>*{{display:none}}</style>"
)
ENDS = "</pre></code></div></style></title></textarea></script>"
ESCAPES = f"{ENDS}{TAGS}<!-- ]]> &lt;script&gt; {{{{ 7 * 7 }}}}"


def shows(name, what, code, slug="slugify", **more):
    return honest(name, what, {slug: after(slug, code)}, **more)


def with_prose(notebook):
    """Prose of the student's own, before and after everything, and attachments."""
    link = f"[points](javascript:{ALERT}()) ![x](x 'onerror={ALERT}()')"
    text = f"# {ESCAPES}\n\n{link} $\\href{{javascript:{ALERT}()}}{{x}}$"
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    attached = {**cell, "attachments": {"a.svg": {"image/svg+xml": TAGS}}}
    raw = {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": TAGS}
    notebook["cells"] = [cell, raw, *notebook["cells"], attached]


def with_metadata(notebook):
    """Markup in every name and title that a notebook has."""
    notebook["metadata"] = {
        "kernelspec": {"name": ESCAPES, "display_name": ESCAPES, "language": ESCAPES},
        "language_info": {"name": ESCAPES, "pygments_lexer": ESCAPES, "file_extension": ESCAPES},
        "title": ESCAPES,
        "authors": [{"name": ESCAPES}],
        "celltoolbar": ESCAPES,
    }
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = [ESCAPES]
        cell["metadata"]["collapsed"] = cell["metadata"]["name"] = ESCAPES


def with_outputs(notebook):
    """Outputs of its own with live content, in cells of every kind."""
    data = {"text/html": TAGS, "image/svg+xml": TAGS, "application/javascript": f"{ALERT}()"}
    outputs = [
        {"output_type": "display_data", "data": data, "metadata": {}},
        {"output_type": "error", "ename": TAGS, "evalue": TAGS, "traceback": [TAGS]},
    ]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = outputs


SUBMISSIONS = [
    shows(
        "html",
        "HTML with scripts",
        f"from IPython.display import HTML, display\n\ndisplay(HTML({TAGS!r}))",
    ),
    shows(
        "svg",
        "pictures with scripts",
        f"""
        from IPython.display import SVG, Image, display

        script = '<script>{ALERT}()</script><a href="javascript:{ALERT}()"/>'
        svg = '<svg xmlns="http://www.w3.org/2000/svg">' + script + '</svg>'
        display(SVG(svg))
        display({{"image/svg+xml": svg, "text/plain": "a picture"}}, raw=True)
        """,
    ),
    shows(
        "markdown",
        "Markdown with links that run, and LaTeX with links",
        f"""
        from IPython.display import Latex, Markdown, display

        display(Markdown("[points](javascript:{ALERT}()) <b onclick={ALERT}()>x</b>"))
        display(Latex(r"$\\href{{javascript:{ALERT}()}}{{points}}$"))
        """,
    ),
    shows(
        "bundles",
        "every kind of data that a notebook can show",
        f"""
        from IPython.display import Javascript, display

        display(Javascript("{ALERT}()"))
        for kind in (
            "text/html", "application/javascript", "text/markdown", "text/latex", "image/svg+xml",
            "application/pdf", "application/json", "application/vnd.jupyter.widget-view+json",
            "application/vnd.plotly.v1+json", "application/vnd.bokehjs_exec.v0+json", "text/vnd.mermaid",
            "application/x-nbgrader", "image/png'><script>{ALERT}()</script>", "nonsense",
        ):
            data = {{kind: {TAGS!r}, "text/plain": {TAGS!r}}}
            display(data, raw=True, metadata={{kind: {{"x": {TAGS!r}}}}})
        """,
    ),
    shows(
        "last-line",
        "an object with a form for everything",
        f"""
        class Shown:
            def _repr_html_(self):
                return {TAGS!r}

            _repr_svg_ = _repr_markdown_ = _repr_latex_ = _repr_javascript_ = __repr__ = _repr_html_

            def _repr_mimebundle_(self, **named):
                return {{"text/html": {TAGS!r}, "application/javascript": "{ALERT}()"}}


        Shown()
        """,
        slug="count-words",
    ),
    shows(
        "printed",
        "tags and ends of tags in printed text, in errors, in the answer itself",
        f"""
        # {ESCAPES}
        import sys

        print({ESCAPES!r})
        print({ESCAPES!r}, file=sys.stderr)
        raise type({ESCAPES!r}, (Exception,), {{}})({ESCAPES!r})
        """,
    ),
    attack(
        "in-the-report",
        "tags and colors in values and errors that a report shows",
        {
            "slugify": f"def slugify(title):\n    return {ESCAPES!r}",
            "parse-port": f"def parse_port(text):\n    raise KeyError({ESCAPES!r} + '\\x1b[31m\\u202e')",
            "count-words": f"def count_words(text):\n    return {{{TAGS!r}: {TAGS!r}}}",
            "is-fresh": f"""
                class Value:
                    __repr__ = lambda self: {ESCAPES!r}


                Value.__name__ = Value.__qualname__ = {ESCAPES!r}


                def is_fresh(age, max_age):
                    return Value()
            """,
        },
    ),
    shows(
        "escapes",
        "terminal colors, links, titles and bells, letters that run backwards, zeros",
        r"""
        print("\x1b[31mred\x1b[0m \x1b]8;;javascript:corpusAlert()\x1b\\points\x1b]8;;\x1b\\")
        print("\x1b]0;title\x07 \x1b[2J\x1b[H\x1b[?1049h \x9b31m \x07\x08\x00 \r\v\f")
        print("\u202egnp.stniop\u202c \u2066x\u2069")
        print("\ud800 \udfff \ufeff \U000e0001", "\x1b" * 1000, "\x1b[" + "1;" * 10000 + "m")
        raise ValueError("\x1b[5m\x1b]8;;http://x\x07 \u202e")
        """,
    ),
    shows(
        "not-a-picture",
        "pictures that are none, or more than one thing",
        f"""
        import base64

        from IPython.display import Image, display

        png = base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
        display(Image({TAGS!r}.encode(), format="png"))
        display(Image(png + {TAGS!r}.encode(), format="png"))
        display({{"image/png": {TAGS!r}}}, raw=True)
        display({{"image/png": "x' onerror='{ALERT}()"}}, raw=True)
        display({{"image/png": base64.b64encode(png).decode() + '" onload="{ALERT}()'}}, raw=True)
        display({{"image/png": ["a", "list"], "image/jpeg": {TAGS!r}, "image/gif": 5}}, raw=True)
        display(Image(url="javascript:{ALERT}()"))
        """,
    ),
    shows(
        "mountains",
        "thousands of outputs, of every kind, some megabytes long",
        """
        from IPython.display import HTML, Image, clear_output, display, update_display

        for number in range(2000):
            display(HTML("<b>x</b>" * 100), display_id=f"d{number}")
            update_display(HTML("<i>y</i>"), display_id=f"d{number}")
        display({"image/png": "iVBORw0KGgo" + "A" * 5_000_000}, raw=True)
        display({"text/plain": "x" * 5_000_000}, raw=True)
        clear_output()
        for number in range(3000):
            print(number, "y" * 1000)
            display(number)
        """,
    ),
    Submission(
        "prose",
        "Markdown, raw cells and attachments with scripts, around right answers",
        answering("prose", {}, with_prose),
    ),
    Submission(
        "titles",
        "tags in the names and titles that a notebook has",
        answering("titles", {}, with_metadata),
    ),
    Submission(
        "old-live-outputs",
        "outputs with scripts that were handed in with right answers",
        answering("old-live-outputs", {}, with_outputs),
    ),
    Submission(
        "name-with-tags",
        "a student and a file whose names are tags",
        lambda world, folder: (folder / f"<img src=x onerror={ALERT}()>.ipynb").write_text(
            json.dumps(targets.notebook())
        ),
        student=f"<svg onload={ALERT}()>",
        note="onerror",
    ),
]
