"""Certificates: issue, PDF, QR code, verification, revocation."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from lms.certificates import (
    manage_views,
    merging,
    operations,
    tasks,
    verify_views,
    views,
)
from lms.certificates.files import CERTIFICATES, kept_certificates
from lms.core import events
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.upkeep.references import add_source
from lms.web import navigation, slots
from lms.web.navigation import Entry

SWEEP_SECONDS = 60


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    for blueprint in (views.blueprint, verify_views.blueprint, manage_views.blueprint):
        app.register_blueprint(blueprint)
    events.cycle_completed.connect(operations.complete)
    events.cycle_reopened.connect(operations.take_back)
    events.cycle_handed_over.connect(merging.hand_over)
    events.cycle_set_aside.connect(merging.set_aside)
    add_source(app, CERTIFICATES, kept_certificates)
    every(SWEEP_SECONDS, tasks.render_missing)
    slots.fill(app, "cycle.next", views.cycle_card, order=30)
    slots.fill(app, "credit.trace", views.trace_part, order=40)
    slots.fill(app, "person.cards", views.person_card, order=20)
    navigation.add(app, *_entries())


def _entries() -> tuple[Entry, ...]:
    return (
        Entry("certificates.mine", _lp("navigation", "我的证书"), "certificate", order=40),
        Entry("verify.start", _lp("navigation", "验证证书"), "shield-check", order=90, guests=True),
        Entry(
            "manage_certificates.index",
            _l("证书管理"),
            "certificate",
            order=60,
            section="manage",
            permission=Permission.CERTIFICATES_CERTIFICATE_REVOKE,
        ),
    )
