"""kill -9 of the sender, over and over, on a line that loses, spoils, doubles and reorders.

LMS_TEST_KILLS=50 kills it more often than the suite has time for.
"""

import os
import random
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from lms.core.clock import SHANGHAI
from tests.faults.bad_line import BadLine, bad_line_to
from tests.faults.services import (
    disagreement,
    introduce,
    make_tables,
    pin,
    reconcile,
    verified_log,
)
from tests.hours.standin import StandIn
from tests.journeys.system import System, wait_until

KILLS = int(os.environ.get("LMS_TEST_KILLS", "8"))
KILLS_OF_CONTROL = 3
CREDITS_A_LIFE = 12
SENDER = "tests.faults.sender"


def test_each_credit_is_entered_once_whatever_becomes_of_sender_and_line(new_system):
    bank = new_system(name="bank", services="bank", web_workers=1)
    make_tables(bank)
    with bad_line_to(bank.port) as line:
        platform = _platform(new_system, line, KILLS)
        introduce(platform, bank)
        bank.start("web")
        _kill_again_and_again(platform, line, KILLS)
        _deliver_the_rest(platform, line)
        assert len(line.spoilt) >= 4
        assert ", 0 differences open." in reconcile(platform, _today())
    entries = bank.rows("SELECT source_reference AS name, kind, hours FROM bank_ledger_entries")
    _assert_each_once(platform, entries)
    assert verified_log(bank)


def test_a_bank_that_ignored_the_keys_would_have_doubled_hours(new_system):
    """The control of the test above, with the same sender, line and kills."""
    stand_in = StandIn(ignores_keys=True)
    with _served(stand_in) as port, bad_line_to(port) as line:
        platform = _platform(new_system, line, KILLS_OF_CONTROL)
        pin(platform, stand_in.public_pem)
        _kill_again_and_again(platform, line, KILLS_OF_CONTROL)
        _deliver_the_rest(platform, line)
        assert "doubled: credit-" in disagreement(platform, _today())
    entries = [
        {"name": e["reference"], "kind": e["kind"], "hours": e["hours_tenths"]}
        for e in stand_in.entries
    ]
    with pytest.raises(AssertionError):
        _assert_each_once(platform, entries)


def _platform(new_system, line: BadLine, lives: int) -> System:
    platform = new_system(
        name="platform", services="platform", bank_url=line.url, delivery_batch=4, bank_timeout=5
    )
    platform.run_module("tests.faults.seed", "hours", str(CREDITS_A_LIFE * lives))
    return platform


def _kill_again_and_again(platform: System, line: BadLine, kills: int) -> None:
    chance = random.Random(11)
    for number in range(kills):
        line.is_away = number % 4 == 3
        _let_time_pass(platform)
        wanted = line.count + chance.randint(1, 3)
        platform.start_module(SENDER)
        line.wait_for(wanted)
        platform.kill(SENDER)
    assert not _is_done(platform), "all was delivered before the last was killed"
    line.is_away = False


def _deliver_the_rest(platform: System, line: BadLine) -> None:
    line.is_good = True
    platform.start_module(SENDER)
    while not _is_done(platform):
        before = _open(platform)
        _let_time_pass(platform)
        wait_until(lambda before=before: _open(platform) < before, "more are acknowledged")
    platform.kill(SENDER)


def _let_time_pass(platform: System) -> None:
    """Until every wait is over, and the claims of those who died have run out."""
    past = str(datetime.now(UTC) - timedelta(hours=1))
    # One row at a time: the sender that still runs takes rows in another order.
    change = "UPDATE deliveries SET next_try_at = :past WHERE id = :id AND state = 'pending'"
    for row in platform.rows("SELECT id FROM deliveries WHERE state = 'pending'"):
        platform.change(change, past=past, **row)


def _open(platform: System) -> int:
    return platform.value("SELECT count(*) FROM deliveries WHERE state <> 'acknowledged'")


def _is_done(platform: System) -> bool:
    return _open(platform) == 0


def _assert_each_once(platform: System, entries: list[dict[str, object]]) -> None:
    """Each delivery is one entry of the bank, of the same hours; and no entry is of none."""
    rows = platform.rows(
        "SELECT credits.id, deliveries.kind, credits.hours FROM deliveries "
        "JOIN credits ON credits.id = deliveries.credit_id"
    )
    sign = {"credit": 1, "reversal": -1}
    ours = Counter((f"credit-{r['id']}", r["kind"], sign[r["kind"]] * r["hours"]) for r in rows)
    assert rows
    assert Counter((e["name"], e["kind"], e["hours"]) for e in entries) == ours


def _today() -> str:
    return datetime.now(SHANGHAI).date().isoformat()


class _Quiet(WSGIRequestHandler):
    def log(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def _served(stand_in: StandIn):
    server = make_server("127.0.0.1", 0, stand_in, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
