"""The course as nbgrader sees it. Every `nbgrader` command started in this folder reads it,
and so does `webcourse grade`.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

# nbgrader calls `alembic` by name: it is found without an activated environment as well.
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])

c = get_config()  # noqa: F821, traitlets puts this name here

c.CourseDirectory.course_id = "from-request-to-production"
c.Exchange.root = str(HERE / ".exchange")  # a place that needs no administrator

# One line, so that the starter is short; the builder's gates know it.
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError  # your code here"}

# `nbgrader autograde` and Formgrader's button run submissions as `webcourse grade` does: behind walls.
c.Autograde.sanitize_preprocessors = ["webcourse.grading.plugin.TakeAnswers"]
c.Autograde.autograde_preprocessors = [
    "webcourse.grading.plugin.GradeInRoom",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# For `nbgrader validate`, which runs the notebook of somebody whom you trust.
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.iopub_timeout = 10
c.ExecutePreprocessor.raise_on_iopub_timeout = False

# Nothing that a student wrote is live in the pages that Formgrader and the feedback show.
c.HTMLExporter.sanitize_html = True
c.GenerateFeedback.exporter_class = "webcourse.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]

# Grades for a learning platform, with the file's name after --to:
#     nbgrader export --exporter webcourse.grading.exports.CanvasExporter
#     nbgrader export --exporter webcourse.grading.exports.MoodleExporter
# What the platform calls an assignment; Canvas wants its own number as well:
#     c.CanvasExporter.columns = {"request-lifecycle": "The request lifecycle (1234)"}
# What nbgrader's student ids are there: "SIS Login ID", "SIS User ID" or Canvas's own "ID"; in Moodle
# "ID number" or "Username", or "Email address" to go by that instead.
c.CanvasExporter.student_is = "SIS Login ID"
c.MoodleExporter.identify = "ID number"
c.MoodleExporter.feedback = False  # a column of comments beside each assignment's
