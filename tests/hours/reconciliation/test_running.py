import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.errors import Conflict, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.hours import operations as hours_operations
from lms.hours.models import Delivery, DeliveryProblem, DeliveryState
from lms.hours.reconciliation import operations, queries
from lms.hours.reconciliation.models import Reconciliation, ReconciliationDifference
from lms.hours.reconciliation.rules import DifferenceKind
from lms.hours.reconciliation.running import reconcile
from lms.hours.reconciliation.tasks import reconcile_due
from tests.factories import PersonFactory, PostFactory
from tests.hours.support import answer, earn, lose

TODAY = dt.date(2025, 6, 2)


def open_kinds() -> list[DifferenceKind]:
    query = select(ReconciliationDifference.kind).where(
        ReconciliationDifference.settled_at.is_(None)
    )
    return list(db.session.scalars(query))


def only_difference() -> ReconciliationDifference:
    return db.session.scalars(select(ReconciliationDifference)).one()


def row() -> Reconciliation:
    return db.session.scalars(select(Reconciliation)).one()


def manager_of(difference: ReconciliationDifference):
    base = difference.delivery.credit.course.base
    return PostFactory(organization=base, role=Role.BASE_MANAGER).person


def test_both_sides_agree_after_deliveries_over_several_pages(line, stand_in, tasks):
    for tenths in (25, 30, 5, 10):
        earn(hours=Hours(tenths))
    credit = earn(hours=Hours(10))
    tasks.run_all()
    with transaction():
        hours_operations.reverse_credit(credit.cycle_id, "抽查不合格")
    tasks.run_all()
    assert reconcile(TODAY)
    assert (row().own_count, row().bank_count, row().own_hours) == (6, 6, Hours(70))
    assert row().bank_hours == Hours(70)
    assert open_kinds() == []
    assert len([each for each in stand_in.requests if each.startswith("daily")]) == 2


def test_what_the_bank_has_lost_is_found_and_delivered_again_by_button(line, stand_in, tasks):
    earn(hours=Hours(25))
    tasks.run_all()
    stand_in.entries.clear()
    stand_in._answers.clear()
    reconcile(TODAY)
    difference = only_difference()
    assert difference.kind is DifferenceKind.NOT_THERE
    receipt = difference.own_receipt["token"]
    with transaction():
        operations.deliver_again(manager_of(difference), difference)
    tasks.run_all()
    assert open_kinds() == []
    assert len(stand_in.entries) == 1
    assert only_difference().own_receipt["token"] == receipt
    assert db.session.scalars(select(Delivery)).one().receipt["token"] != receipt


def test_entry_whose_receipt_got_lost_is_found_and_the_receipt_fetched(line, tasks):
    line.misdeeds = [lose]
    earn()
    tasks.run_all()
    reconcile(TODAY)
    difference = only_difference()
    assert difference.kind is DifferenceKind.NOT_HERE
    with transaction():
        operations.fetch_receipt(manager_of(difference), difference)
    tasks.run_all()
    assert db.session.scalars(select(Delivery)).one().state is DeliveryState.ACKNOWLEDGED
    assert open_kinds() == []


def test_entry_that_nobody_here_knows_is_found(line, stand_in, tasks):
    earn()
    tasks.run_all()
    for reference in ("credit-999999", "credit-01", "何", "credit-" + "9" * 30):
        stand_in.entries.append({**stand_in.entries[0], "reference": reference, "entry": reference})
    reconcile(TODAY)
    assert open_kinds() == [DifferenceKind.NOT_HERE] * 4
    unknown = db.session.scalars(select(ReconciliationDifference)).first()
    with pytest.raises(NotFound), transaction():
        operations.deliver_again(PersonFactory(), unknown)


def test_entry_that_the_bank_altered_is_found_with_both_sides(line, stand_in, tasks):
    earn(hours=Hours(25))
    tasks.run_all()
    stand_in.entries[0]["hours_tenths"] = 250
    reconcile(TODAY)
    difference = only_difference()
    assert difference.kind is DifferenceKind.DIFFERS
    assert (difference.own_hours, difference.bank_hours) == (Hours(25), Hours(250))
    stand_in.entries[0]["hours_tenths"] = 25
    reconcile(TODAY)
    assert open_kinds() == []
    assert only_difference().settled_at is not None


def test_difference_that_stays_is_kept_once(line, stand_in, tasks, clock):
    earn()
    tasks.run_all()
    stand_in.entries.clear()
    reconcile(TODAY)
    found_at = only_difference().found_at
    clock.advance(hours=1)
    reconcile(TODAY)
    assert only_difference().found_at == found_at


def test_only_who_sees_the_delivery_settles_a_difference_and_only_as_fits(line, stand_in, tasks):
    earn()
    tasks.run_all()
    stand_in.entries.clear()
    reconcile(TODAY)
    difference = only_difference()
    with pytest.raises(NotAllowed), transaction():
        operations.deliver_again(PersonFactory(), difference)
    manager = manager_of(difference)
    with pytest.raises(Conflict), transaction():
        operations.fetch_receipt(manager, difference)
    with transaction():
        operations.deliver_again(manager, difference)
    with pytest.raises(Conflict), transaction():
        operations.deliver_again(manager, difference)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lose, DeliveryProblem.NO_ANSWER),
        (answer(500, "oops"), DeliveryProblem.OVERLOADED),
        (answer(401, "who?"), DeliveryProblem.NOT_ADMITTED),
        (answer(200, '{"receipt": "a.b.c"}', "application/json"), DeliveryProblem.WRONG_ANSWER),
    ],
)
def test_statement_that_is_not_to_be_had_leaves_the_day_for_later(line, tasks, spoil, problem):
    earn()
    tasks.run_all()
    line.misdeeds = [spoil] * 5
    assert not reconcile(TODAY)
    assert (row().problem, row().reconciled_at, row().busy_until) == (problem, None, None)
    line.misdeeds = []
    assert reconcile(TODAY)
    assert (row().problem, row().last_error) == (None, "")


def test_page_that_got_lost_is_asked_for_again_at_once(line, tasks):
    for _number in range(5):
        earn()
    tasks.run_all()
    line.misdeeds = [lose, answer(502, "bad gateway"), answer(200, "<h1>hello</h1>")]
    assert reconcile(TODAY)
    assert row().bank_count == 5


@pytest.mark.parametrize(
    "change",
    [
        {"date": "2025-06-01"},
        {"platform": "another"},
        {"count": 7},
        {"sum_tenths": 1},
        {"entries": [{"reference": "credit-1"}]},
        {"next": "0"},
        {"next": 1},
    ],
)
def test_statement_that_is_not_of_this_day_or_does_not_add_up_is_not_believed(
    line, stand_in, tasks, monkeypatch, change
):
    earn()
    tasks.run_all()
    sign = stand_in.sign
    monkeypatch.setattr(stand_in, "sign", lambda claims: sign({**claims, **change}))
    assert not reconcile(TODAY)
    assert row().problem is DeliveryProblem.WRONG_ANSWER


def test_hours_entered_while_the_statement_is_read_are_no_difference(line, stand_in, tasks):
    earn()
    tasks.run_all()

    def one_more(request, response):
        line.misdeeds = []
        earn()
        tasks.run_all()
        # As a statement that was drawn up a moment later.
        return line._inner.handle_request(request)

    line.misdeeds = [one_more]
    reconcile(TODAY)
    assert open_kinds() == []
    assert (row().own_count, row().bank_count) == (2, 2)


def test_day_belongs_to_shanghai_where_it_ends_at_midnight(line, tasks, clock):
    clock.set(dt.datetime(2025, 6, 2, 15, 59, 59, tzinfo=dt.UTC))
    earn()
    tasks.run_all()
    clock.advance(1)
    earn()
    tasks.run_all()
    assert reconcile(TODAY)
    assert reconcile(TODAY + dt.timedelta(days=1))
    counts = db.session.execute(select(Reconciliation.own_count, Reconciliation.bank_count)).all()
    assert counts == [(1, 1), (1, 1)]


def test_sweep_compares_each_day_that_is_over_and_the_last_ones_again(line, tasks, clock):
    earn()
    tasks.run_all()
    assert queries.days_due() == []
    clock.advance(days=5)
    reconcile_due.run()
    assert db.session.scalar(select(func.count(Reconciliation.id))) == 5
    assert queries.days_due() == []
    clock.advance(days=1)
    assert queries.days_due() == [TODAY + dt.timedelta(days=n) for n in (3, 4, 5)]


def test_day_that_differs_is_compared_again_each_day(line, stand_in, tasks, clock):
    earn()
    tasks.run_all()
    stand_in.entries.clear()
    clock.advance(days=10)
    reconcile_due.run()
    assert TODAY not in queries.days_due()
    clock.advance(days=1)
    assert TODAY in queries.days_due()


def test_sweep_stops_while_the_bank_is_away_and_catches_up_afterwards(line, tasks, clock):
    earn()
    tasks.run_all()
    clock.advance(days=4)
    line.is_away = True
    line.requests.clear()
    reconcile_due.run()
    assert len(line.requests) == 5
    line.is_away = False
    reconcile_due.run()
    assert queries.days_due() == []


def test_day_that_a_worker_is_at_is_left_to_it_until_that_is_dead(line, tasks, clock):
    earn()
    tasks.run_all()
    reconcile(TODAY)
    with transaction():
        row().busy_until = clock.present + dt.timedelta(minutes=2)
    before = row().reconciled_at
    clock.advance(minutes=1)
    reconcile(TODAY)
    assert row().reconciled_at == before
    clock.advance(minutes=2)
    reconcile(TODAY)
    assert row().reconciled_at > before


def test_command_tells_both_sides_and_ends_with_1_while_something_differs(
    app, line, stand_in, tasks
):
    earn(hours=Hours(25))
    tasks.run_all()
    run = app.test_cli_runner().invoke
    told = run(args=["reconcile-hours", "--day", "2025-06-02"])
    assert told.exit_code == 0
    assert "here 1 entries, 2.5 hours; there 1 entries, 2.5 hours" in told.output
    stand_in.entries.clear()
    told = run(args=["reconcile-hours", "--day", "2025-06-02"])
    assert told.exit_code == 1
    assert "not_there: credit-" in told.output
    line.is_away = True
    told = run(args=["reconcile-hours", "--day", "2025-06-02"])
    assert told.exit_code == 1
    assert "no_answer" in told.output


def test_statement_that_says_nothing_personal_is_asked_for_by_a_signed_request(line, tasks):
    earn()
    tasks.run_all()
    line.requests.clear()
    reconcile(TODAY)
    (request,) = line.requests
    assert request.method == "GET"
    assert '"@query"' in request.headers["signature-input"]
    assert json.dumps(str(request.url)).count("?") == 0
