"""Submissions of every bad kind, with the score that each deserves.

    python -m tests.corpus                      grades them with ours, and says what differs
    python -m tests.corpus --class cheats       one class; --only NAME for one submission
    python -m tests.corpus --stock              with stock nbgrader as well
    python -m tests.corpus --stock --page       writes docs/corpus.md

`lesson.md`      the course that most of them attack; `targets` builds it
`plain_course`   another one, made without our kit: asserts, a partial score, a manually graded cell
`submissions`    the classes: runaways, killers, mess, files, cheats, network, feedback, foreign
`world`          what surrounds the course: private files, a listening socket, names to look for
`ours`, `stock`  grade them, and look around afterwards

Hostile code runs in bubblewrap only, and every bomb has a bound of its own.
"""
