"""Credits earned here, and their delivery to the hour bank."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.core import events
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.hours import (
    bank,
    cli,
    lectures,
    manage_views,
    operations,
    queries,
    reconciliation,
    tasks,
    views,
)
from lms.web import navigation, slots


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.extensions["bank_client"] = bank.new_client
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    cli.register(app)
    reconciliation.register(app)
    events.certificate_revoked.connect(operations.reverse_revoked)
    events.quality_marked.connect(lectures.write_lecture_credit)
    events.quality_taken_back.connect(lectures.reverse_lecture_credit)
    events.person_merged.connect(lectures.merge_lecturer)
    every(app.extensions["settings"].delivery_every, tasks.deliver_due)
    slots.fill(app, "me.cards", views.year_card, order=10)
    slots.fill(app, "person.cards", views.person_card, order=10)
    navigation.add(
        app,
        navigation.Entry("hours.year", _l("我的学时"), "target", 30),
        navigation.Entry(
            "hours_manage.deliveries",
            _l("学时投递"),
            "send",
            60,
            section="manage",
            permission=Permission.HOURS_DELIVERY_READ,
            count=queries.count_refused_here,
        ),
    )
