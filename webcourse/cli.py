"""The command `webcourse`: builds, folds back and grades the course."""

import argparse
import sys

from . import __version__
from .build import add_commands as add_build_commands
from .grading import add_commands as add_grading_commands


def main(arguments=None):
    """Run one command and return its exit code."""
    # jsonschema would import it to check the form of URLs, which nobody asks for; that takes a second.
    sys.modules.setdefault("rfc3987_syntax", None)
    parser = argparse.ArgumentParser(
        prog="webcourse",
        description="The course From Request to Production: build it, grade it.",
    )
    parser.add_argument("--version", action="version", version=f"webcourse {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_build_commands(commands)
    add_grading_commands(commands)
    options = parser.parse_args(arguments)
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
