"""kill -9 of the web server between the end of a course and the delivery of its hours."""

import json
import re

import httpx

from lms.demo_people import PASSWORD
from tests.journeys.system import System, wait_until

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Learner:
    """Somebody who sits an exam without a browser."""

    def __init__(self, system: System, username: str) -> None:
        self.system = system
        self.client = httpx.Client(base_url=system.url, timeout=20)
        self.post("/sign-in", {"login": username, "password": PASSWORD})

    def post(self, address: str, form: dict[str, str] | None = None, **body: object) -> str:
        """Where the answer leads."""
        page = self.client.get("/sign-in", follow_redirects=True)
        token = TOKEN.search(page.text)
        assert token is not None
        headers = {"X-CSRFToken": token[1], "Referer": self.system.url}
        answer = self.client.post(address, data=form, headers=headers, **body)
        assert answer.status_code in (302, 303), answer.text
        return answer.headers["Location"]

    def answer_right(self, attempt_id: int) -> None:
        page = self.client.get(f"/exams/{attempt_id}")
        token = TOKEN.search(page.text)
        assert token is not None
        items = self.system.rows(
            "SELECT position, option_order FROM exam_paper_items WHERE attempt_id = :id",
            id=attempt_id,
        )
        for item in items:
            order = item["option_order"]
            order = json.loads(order) if isinstance(order, str) else order
            saved = self.client.put(
                f"/exams/{attempt_id}/answers/{item['position']}",
                json={"chosen": [order.index(0)], "serial": 1},
                headers={"X-CSRFToken": token[1]},
            )
            assert saved.status_code == 204, saved.text


def _booked(system: System) -> dict[str, int]:
    tables = ("certificates", "credits", "deliveries", "bank_ledger_entries")
    return {table: system.value(f"SELECT count(*) FROM {table}") for table in tables}


def _is_acknowledged(system: System) -> bool:
    return system.value("SELECT state FROM deliveries") == "acknowledged"


def test_hours_are_booked_once_after_the_web_server_was_killed(new_system):
    system = new_system(web_workers=1)
    seeded = json.loads(system.run_module("tests.faults.seed", "completion").splitlines()[-1])
    system.start("web")
    learner = Learner(system, seeded["username"])
    paper = learner.post(f"/learn/{seeded['cycle_id']}/exam")
    attempt_id = int(paper.rsplit("/", 1)[1])
    learner.answer_right(attempt_id)
    learner.post(f"/exams/{attempt_id}/submit")
    system.kill("web")
    learner.client.close()
    # Whatever was queued is lost as well: only the database remembers.
    for queue in system.folder.glob("broker.sqlite3*"):
        queue.unlink()
    assert _booked(system) == {
        "certificates": 1,
        "credits": 1,
        "deliveries": 1,
        "bank_ledger_entries": 0,
    }

    system.start("worker", "beat", "web")
    wait_until(lambda: _is_acknowledged(system), "the bank acknowledges the hours")
    # The worker dies too, and what it may have left is swept up by another.
    system.kill("worker")
    system.start("worker")
    seen = system.log("worker").count("deliver_due")
    wait_until(lambda: system.log("worker").count("deliver_due") > seen + 2, "the sweep ran again")
    assert _booked(system) == dict.fromkeys(_booked(system), 1)
    assert system.value("SELECT hours FROM bank_ledger_entries") == 25
    assert system.value("SELECT state FROM cycles") == "completed"
