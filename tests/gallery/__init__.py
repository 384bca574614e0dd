"""Tests of the tests: every exercise's checks against right, blank, wrong and mutated answers.

`workbench.py`   runs one answer through an exercise's checks, without a kernel
`candidates.py`  the answers: reference, alternative, blank, impostors
`mutants.py`     single-site mutants of the reference solution
`matrix.py`      the kill matrix as a page of the docs
`__main__.py`    the command for authors: python -m tests.gallery LESSON SLUG
"""
