"""The outline of the course, which the notebooks' progress table reads: `webcourse/lab/outline.json`."""

import json

from .lesson import exercises

PATH = "webcourse/lab/outline.json"


def outline(lessons):
    """What there is to earn.

    Args:
        lessons (Iterable[Lesson]): all the lessons, in order.

    Returns:
        dict: assignment -> title and exercises, each with the points of its tests cells.
    """
    return {
        lesson.assignment: {
            "title": lesson.title,
            "exercises": [_entry(exercise) for exercise in exercises(lesson)],
        }
        for lesson in lessons
    }


def text_of(outline):
    """The outline as the text of a file."""
    return json.dumps(outline, indent=1, ensure_ascii=False) + "\n"


def _entry(exercise):
    """The entry of one exercise."""
    return {
        "number": exercise.number,
        "title": exercise.title,
        "slug": exercise.slug,
        "difficulty": exercise.difficulty,
        "points": exercise.points,
        "cells": {cell.name: cell.points for cell in exercise.tests},
    }
