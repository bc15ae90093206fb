"""Orders, the gateway, and the mock cashier."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from lms.core.events import person_merged
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.payments import api, cli, manage_views, merging, refunds, tasks, views
from lms.payments.mock import tasks as mock_tasks
from lms.payments.mock.gateway import MockGateway
from lms.payments.mock.views import blueprint as cashier_blueprint
from lms.web import navigation, slots
from lms.web.security import csrf


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.extensions["gateway"] = MockGateway(app.extensions["settings"])
    app.extensions["notify_client"] = mock_tasks.new_client
    csrf.exempt(api.blueprint)
    for blueprint in (views.blueprint, manage_views.blueprint, api.blueprint, cashier_blueprint):
        app.register_blueprint(blueprint)
    cli.register(app)
    person_merged.connect(merging.merge_orders)
    every(60, tasks.expire_orders)
    every(60, refunds.send_open_refunds)
    every(5, mock_tasks.send_due_notices)
    slots.fill(app, "course.actions", views.buy_button, order=10)
    slots.fill(app, "credit.trace", views.trace_part, order=10)
    _add_navigation(app)


def _add_navigation(app: Flask) -> None:
    navigation.add(
        app,
        navigation.Entry("payments.orders", _lp("navigation", "我的订单"), "receipt", 60),
        navigation.Entry(
            "payments_manage.orders",
            _l("订单与退款"),
            "report-money",
            50,
            section="manage",
            permission=Permission.PAYMENTS_ORDER_READ,
        ),
    )
