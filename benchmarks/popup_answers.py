"""How many answers to pop-ups a second two web processes grade.

Each request is the right answer of another learner, whose gate it opens: graded, the pop-up used
up, progress and clock written in one transaction. Afterwards the database is asked how many gates
are open, and the figure is refused unless that is the number of answers.
"""

import datetime as dt
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
from benchmarks.key_release import BATCH, FIRST_PERSON, person_row, terms_of
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Base, db
from lms.enrollments.models import Cycle, CycleState, EntryReason
from lms.factory import create_app
from lms.questions.models import Question
from lms.videos.models import Video
from lms.watching.models import LessonProgress, Popup, StudyClock
from lms.watching.tokens import TokenSigner
from tests.watching.support import make_study

GATE = 50
# The right option is the first, as the factory writes it.
_RIGHT = '{"nonce": "%s", "chosen": [0]}'


def seed(app: Flask, plan: Plan, lines: Path) -> None:
    """Make learners who stand before a pop-up, and write the request that opens each gate."""
    Base.metadata.create_all(db.engine)
    study = make_study(windows=100, questions=1)
    video = db.session.scalars(select(Video)).one()
    question = db.session.scalars(select(Question)).one()
    lesson_id = study.course.lessons[0].id
    facts = (study.course_id, study.version_id, lesson_id, video.id, question.id)
    public_id = video.public_id
    for start in range(0, plan.learners, BATCH):
        ids = range(FIRST_PERSON + start, FIRST_PERSON + min(start + BATCH, plan.learners))
        db.session.execute(insert(Person), [person_row(number) for number in ids])
        for model, row in ((Cycle, _cycle), (LessonProgress, _progress), (Popup, _popup)):
            db.session.execute(insert(model), [row(number, *facts) for number in ids])
        db.session.execute(insert(StudyClock), [_clock(number) for number in ids])
        db.session.commit()
    video_id = video.id
    # Nothing read may stay open: what was written since would forbid this session to write.
    db.session.remove()
    signer = TokenSigner(app.extensions["settings"].secret_key)
    with lines.open("w") as file:
        for number in range(FIRST_PERSON, FIRST_PERSON + plan.learners):
            token = signer.sign(terms_of(number, video_id, public_id, progress_id=number))
            path = f"/learn/{number}/lessons/{lesson_id}/popup/answer"
            file.write(f"POST {path} X-Watch-Token {token} {_RIGHT % _nonce(number)}\n")


def _nonce(number: int) -> str:
    return f"nonce-{number}"


def _cycle(number: int, course: int, version: int, *_rest: int) -> dict[str, Any]:
    return {
        "id": number,
        "person_id": number,
        "course_id": course,
        "version_id": version,
        "number": 1,
        "state": CycleState.ACTIVE,
        "reason": EntryReason.FREE,
    }


def _progress(number: int, _c: int, _v: int, lesson: int, video: int, _q: int) -> dict[str, Any]:
    return {
        "id": number,
        "cycle_id": number,
        "lesson_id": lesson,
        "video_id": video,
        "package_version": 1,
        "window_count": 100,
        "window_ms": 30_000,
        "duration_ms": 3_000_000,
        "high_water": GATE,
        "gates": [10, 20, 30, 40, GATE, 60, 70],
        "gates_passed": [10, 20, 30, 40],
        # As long as half an hour of releases leaves it.
        "trail": "".join(f"{window}:{window * 30} " for window in range(GATE)),
    }


def _popup(number: int, _c: int, _v: int, _l: int, _f: int, question: int) -> dict[str, Any]:
    return {
        "id": number,
        "progress_id": number,
        "gate": GATE,
        "question_id": question,
        "option_order": [0, 1, 2, 3],
        "nonce": _nonce(number),
        "asked_at": clock.now() - dt.timedelta(seconds=20),
    }


def _clock(number: int) -> dict[str, Any]:
    return {
        "person_id": number,
        "lease": number,
        "progress_id": number,
        "high_water": GATE,
        "window_count": 100,
        "next_gate": GATE,
    }


def rewind() -> None:
    """Shut every gate again."""
    mine = Popup.id >= FIRST_PERSON
    db.session.execute(
        update(Popup).where(mine).values(answered_at=None, chosen=None, is_right=None)
    )
    db.session.execute(update(StudyClock).values(next_gate=GATE))
    db.session.execute(update(LessonProgress).values(gates_passed=[10, 20, 30, 40]))


def opened() -> int:
    """How many gates the database says are open."""
    return db.session.scalar(select(func.count()).where(StudyClock.next_gate == 60)) or 0


def compare(engine: str, url: str, folder: Path, plan: Plan) -> None:
    """Measure on one database, and print the ratio to the bare UPDATE."""
    folder.mkdir()
    app = create_app(settings_for(url, folder))
    lines = folder / "lines"
    with app.app_context():
        seed(app, plan, lines)
        alone = bare_updates(url, folder, plan, FIRST_PERSON)
        subject = Subject(
            f"{engine}: answers to pop-ups", "app:app", lines, "_lines.lua", rewind, opened
        )
        rate = measure(subject, url, folder, plan)
        db.engine.dispose()
    print(f"{engine}: {rate:.0f} answers/s, {rate / alone:.2f} times the bare UPDATE\n", flush=True)


def main() -> None:
    """Read the arguments and measure."""
    plan, only = plan_from("popup-answers", __doc__)
    on_each_engine(compare, plan, only)


if __name__ == "__main__":
    main()
