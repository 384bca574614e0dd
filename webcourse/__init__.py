"""The package behind the course "From Request to Production".

Three rooms, of which none imports another:

`webcourse.lab`      what the notebooks import: clock, checks, charts, live servers, progress
`webcourse.build`    lessons to notebooks, and the gates
`webcourse.grading`  submissions to scores, feedback and reports
"""

__version__ = "0.1.0"
