"""How many answers of exams a second two web processes save, and how long handing in takes.

Each request saves another answer of a paper of fifty questions, past the pages as the paper's own
page sends it. Afterwards the database is asked how many answers there are, and the figure is
refused unless that is the number of replies. Handing in is measured in one process: the whole
request, from session to certificate.
"""

import datetime as dt
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, update

from benchmarks._load import (
    Plan,
    Subject,
    bare_updates,
    measure,
    on_each_engine,
    plan_from,
    settings_for,
)
from benchmarks.key_release import FIRST_PERSON, person_row
from lms.accounts.models import Person
from lms.accounts.session_models import SignInSession
from lms.core import clock
from lms.core.db import Base, db, transaction
from lms.core.garbage import keep_what_is_loaded
from lms.enrollments.models import Cycle, CycleState, EntryReason
from lms.exams.models import Attempt, AttemptState, PaperItem
from lms.exams.tokens import PaperSigner
from lms.factory import create_app
from lms.watching.models import StudyClock
from tests.factories import PersonFactory, QuestionFactory
from tests.support import sign_in
from tests.watching.support import make_study

QUESTIONS = 50
# So many papers give each request of a run an answer of its own.
PAPERS = 1000
HANDED_IN = 60


def seed(app: Flask, lines: Path) -> list[int]:
    """Make learners who sit before a paper, and write the requests that answer it."""
    Base.metadata.create_all(db.engine)
    study = make_study(windows=4)
    questions = [_made(QuestionFactory, course=study.course).id for _ in range(QUESTIONS)]
    ids = range(FIRST_PERSON, FIRST_PERSON + PAPERS)
    db.session.execute(insert(Person), [person_row(number) for number in ids])
    db.session.execute(insert(StudyClock), [{"person_id": number} for number in ids])
    facts = {"course_id": study.course_id, "version_id": study.version_id}
    db.session.execute(insert(Cycle), [{**_cycle(number), **facts} for number in ids])
    db.session.execute(insert(SignInSession), [_session(number) for number in ids])
    db.session.execute(insert(Attempt), [_attempt(number) for number in ids])
    items = [_item(number, at, one) for number in ids for at, one in enumerate(questions, 1)]
    db.session.execute(insert(PaperItem), items)
    db.session.commit()
    db.session.remove()
    signer = PaperSigner(app.extensions["settings"].secret_key)
    with lines.open("w") as file:
        for position in range(1, QUESTIONS + 1):
            for number in ids:
                path = f"/exams/{number}/answers/{position}"
                token = signer.sign(number, number)
                file.write(f"PUT {path} X-Paper-Token {token} " + '{"chosen": [1], "serial": 1}\n')
    return questions


def _made(factory: Any, **facts: Any) -> Any:
    return factory(**facts)


def _cycle(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "person_id": number,
        "number": 1,
        "state": CycleState.ACTIVE,
        "reason": EntryReason.FREE,
    }


def _session(number: int) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": number,
        "person_id": number,
        "token_hash": f"{number:064d}",
        "began_at": now,
        "seen_at": now,
    }


def _attempt(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "cycle_id": number,
        "number": 1,
        "state": AttemptState.RUNNING,
        "deadline_at": clock.now() + dt.timedelta(hours=2),
        "pass_percent": 60,
        "total_points": QUESTIONS * 200,
    }


def _item(number: int, position: int, question_id: int) -> dict[str, Any]:
    return {
        "attempt_id": number,
        "position": position,
        "question_id": question_id,
        "option_order": [2, 0, 3, 1],
        "points": 200,
    }


def rewind() -> None:
    """Take every answer back, and let every session be in use."""
    fresh = {"chosen": [], "answer_serial": 0, "answered_at": None}
    db.session.execute(update(PaperItem).where(PaperItem.answer_serial > 0).values(fresh))
    db.session.execute(update(SignInSession).values(seen_at=clock.now()))


def answered() -> int:
    """How many answers the database has."""
    return db.session.scalar(select(func.count()).where(PaperItem.answer_serial > 0)) or 0


def hand_in(app: Flask, questions: list[int]) -> list[float]:
    """Milliseconds of the requests that hand in a paper, all of it right."""
    study = make_study(windows=1)
    facts = {"course_id": study.course_id, "version_id": study.version_id}
    # As every web process does once it has started.
    keep_what_is_loaded()
    taken = []
    for number in range(1000, 1000 + HANDED_IN):
        person = _made(PersonFactory)
        client = sign_in(app.test_client(), person)
        with transaction():
            cycle = Cycle(**_cycle(number), **facts)
            cycle.person_id = person.id
            paper = Attempt(**_attempt(number))
            paper.items = [
                PaperItem(**_item(number, at, one), chosen=[0], answer_serial=1)
                for at, one in enumerate(questions, 1)
            ]
            db.session.add_all([cycle, paper])
        db.session.remove()
        # In a thread of its own, where nothing is remembered of the request before.
        with ThreadPoolExecutor(1) as thread:
            taken.append(thread.submit(_posted, client, f"/exams/{number}/submit").result())
    return taken[5:]


def _posted(client: Any, address: str) -> float:
    begun = time.perf_counter()
    answer = client.post(address)
    taken = (time.perf_counter() - begun) * 1000
    if answer.status_code != 302:
        raise SystemExit(f"a paper was not handed in: {answer.status_code}")
    return taken


def compare(engine: str, url: str, folder: Path, plan: Plan) -> None:
    """Measure on one database, and print the ratio to the bare UPDATE."""
    folder.mkdir()
    app = create_app(settings_for(url, folder))
    app.config["WTF_CSRF_ENABLED"] = False
    lines = folder / "lines"
    with app.app_context():
        questions = seed(app, lines)
        people = Plan(PAPERS, plan.seconds, plan.connections, plan.threads, plan.runs)
        alone = bare_updates(url, folder, people, FIRST_PERSON)
        subject = Subject(
            f"{engine}: answers of exams", "app:app", lines, "_lines.lua", rewind, answered
        )
        rate = measure(subject, url, folder, plan)
        taken = hand_in(app, questions)
        db.engine.dispose()
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    print(
        f"{engine}: {rate:.0f} answers/s, {rate / alone:.2f} times the bare UPDATE; "
        f"handing in {QUESTIONS} questions p50 {p50:.0f} ms, p95 {p95:.0f} ms\n",
        flush=True,
    )


def main() -> None:
    """Read the arguments and measure."""
    plan, only = plan_from("exam-answers", __doc__)
    on_each_engine(compare, plan, only)


if __name__ == "__main__":
    main()
