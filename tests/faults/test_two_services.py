"""Platform and bank apart: two processes on two ports with two databases; the bank is away."""

import json
from datetime import datetime

from lms.core.clock import SHANGHAI
from tests.faults.services import introduce, make_tables, reconcile, verified_log
from tests.faults.test_killed_web import Learner
from tests.journeys.system import System, wait_until


def test_course_passed_on_the_platform_appears_in_the_bank_that_was_away(new_system):
    bank = new_system(name="bank", services="bank", web_workers=1)
    platform = new_system(name="platform", services="platform", bank_url=bank.url, web_workers=1)
    make_tables(bank)
    seeded = json.loads(platform.run_module("tests.faults.seed", "completion").splitlines()[-1])
    introduce(platform, bank)
    bank.start("web")
    platform.start("web", "worker", "beat")
    learner = Learner(platform, seeded["username"])
    bank.kill("web")
    _pass(learner, seeded["cycle_id"])

    # The platform goes on alone, and says so.
    wait_until(lambda: _attempts(platform) >= 2, "the platform has tried in vain")
    assert platform.value("SELECT problem FROM deliveries") == "no_answer"
    page = learner.client.get("/me/hours").text
    assert "在途" in page
    assert "暂时连接不上学时银行" in page
    # Meanwhile its worker dies as well.
    platform.kill("worker")
    bank.start("web")
    platform.start("worker")
    wait_until(lambda: _state(platform) == "acknowledged", "the bank has entered the hours")

    (entry,) = bank.rows("SELECT number, hours, certificate_number FROM bank_ledger_entries")
    number = platform.value("SELECT certificate_number FROM credits")
    assert (entry["hours"], entry["certificate_number"]) == (25, number)
    credit_id = platform.value("SELECT id FROM credits")
    assert entry["number"] in learner.client.get(f"/me/hours/{credit_id}").text
    _assert_apart(platform, bank, learner)
    told = reconcile(platform, datetime.now(SHANGHAI).date().isoformat())
    assert "here 1 entries, 2.5 hours; there 1 entries, 2.5 hours" in told
    assert verified_log(bank)
    learner.client.close()


def _pass(learner: Learner, cycle_id: int) -> None:
    paper = learner.post(f"/learn/{cycle_id}/exam")
    attempt_id = int(paper.rsplit("/", 1)[1])
    learner.answer_right(attempt_id)
    learner.post(f"/exams/{attempt_id}/submit")


def _attempts(platform: System) -> int:
    return platform.value("SELECT attempts FROM deliveries") or 0


def _state(platform: System) -> str:
    return platform.value("SELECT state FROM deliveries")


def _assert_apart(platform: System, bank: System, learner: Learner) -> None:
    """Neither has the other's pages or rows."""
    assert platform.value("SELECT count(*) FROM bank_ledger_entries") == 0
    assert bank.value("SELECT count(*) FROM credits") == 0
    assert learner.client.get("/hourbank/me").status_code == 404
    assert learner.client.get(f"{bank.url}/courses").status_code == 404
    assert learner.client.get(f"{bank.url}/sign-in").status_code == 200
