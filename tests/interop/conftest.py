"""The reference solutions, for tests against real servers, clients and parsers."""

import pytest

from tests.gallery import workbench


@pytest.fixture(scope="session")
def answer():
    """`answer(slug)`: the names of the given cells and of the reference solution, as a dict."""

    def names(slug):
        exercise = workbench.all_exercises()[slug]
        return workbench.namespace(exercise, exercise.solution)

    return names
