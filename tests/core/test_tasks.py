"""Work that is queued once a transaction is committed."""

import pytest
from kombu.exceptions import OperationalError
from sqlalchemy import select

from lms.core.db import db, transaction
from lms.core.tasks import enqueue_after_commit
from lms.organizations.models import Division
from lms.upkeep.tasks import forget_delivered_messages


@pytest.mark.parametrize("error", [OSError, OperationalError, AttributeError])
def test_what_was_committed_stands_although_the_broker_fails(app, caplog, error):
    def fail(_work, _args):
        raise error("'NoneType' object has no attribute 'client'")

    app.extensions["send_task"] = fail
    with transaction():
        db.session.add(Division(code="990000", name="某省", parent_code=None))
        enqueue_after_commit(forget_delivered_messages)
    assert db.session.scalars(select(Division.code)).all() == ["990000"]
    assert "forget_delivered_messages waits for the sweep" in caplog.text
