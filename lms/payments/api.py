"""Where the gateway reports payments: POST /api/v1/payments/notify."""

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from lms.core.db import transaction
from lms.payments.gateway import gateway
from lms.payments.models import NoticeOutcome
from lms.payments.settlement import take_notification
from lms.web.auth import token_checked
from lms.web.errors import problem

blueprint = Blueprint("payments_api", __name__)
_UNUSABLE = frozenset({NoticeOutcome.UNKNOWN_ORDER, NoticeOutcome.WRONG_AMOUNT})


@blueprint.post("/api/v1/payments/notify")
@token_checked
def notify() -> Response:
    body = request.get_data()
    notice = gateway().parse_notification(dict(request.headers.items()), body)
    try:
        with transaction():
            outcome = take_notification(notice, body.decode())
    except IntegrityError:
        # An equal or a competing notification was settled at this moment: now it is seen.
        with transaction():
            outcome = take_notification(notice, body.decode())
    if outcome in _UNUSABLE:
        return problem(422, _("通知没有被采用"), str(outcome.label), outcome.value)
    return jsonify(result=outcome.value)
