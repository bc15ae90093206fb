"""People imported from a workbook: dry run, marked workbook, one transaction."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.auditing import subjects
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.roster import cli, tasks, views
from lms.web import navigation


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(views.blueprint)
    app.cli.add_command(cli.import_people)
    navigation.add(
        app,
        navigation.Entry(
            "roster.index",
            _l("批量导入"),
            "file-import",
            66,
            section="manage",
            permission=Permission.PEOPLE_ROSTER_IMPORT,
        ),
    )
    subjects.describe(app, "roster", views.shown_imports)
    every(10, tasks.requeue_rosters)
    every(3600, tasks.clean_up_rosters)
