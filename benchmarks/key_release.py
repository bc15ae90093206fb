"""How many windows a second two web processes release, and how long one learner waits.

Each request releases a window that was not released before: many learners, each asking for the
next one in turn, on clocks that are long due. Afterwards the database is asked how many windows
were released, and the figure is refused unless that is the number of answers. The same is measured
for a bare Flask route with one UPDATE. The load comes from wrk on this machine.
"""

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
from lms.accounts.enums import IdentityKind
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Base, db
from lms.factory import create_app
from lms.watching.models import StudyClock
from lms.watching.tokens import TokenSigner, WatchTerms
from tests.watching.support import make_study

SCRIPT = "_key_load.lua"
FIRST_PERSON = 1_000_000
BATCH = 5_000


def seed(app: Flask, plan: Plan, tokens: Path) -> None:
    """Make the learners and their clocks, and write a line "video token" for each."""
    Base.metadata.create_all(db.engine)
    video = make_study(windows=100).course.lessons[0]
    public_id = db.session.scalars(select(_videos().public_id)).one()
    video_id = db.session.scalars(select(_videos().id)).one()
    assert video.id
    for start in range(0, plan.learners, BATCH):
        ids = range(FIRST_PERSON + start, FIRST_PERSON + min(start + BATCH, plan.learners))
        db.session.execute(insert(Person), [person_row(number) for number in ids])
        db.session.execute(insert(StudyClock), [_clock(number) for number in ids])
        db.session.commit()
    signer = TokenSigner(app.extensions["settings"].secret_key)
    ids = range(FIRST_PERSON, FIRST_PERSON + plan.learners)
    lines = (f"{public_id} {signer.sign(terms_of(n, video_id, public_id))}\n" for n in ids)
    tokens.write_text("".join(lines))


def _videos() -> Any:
    return next(m.class_ for m in Base.registry.mappers if m.class_.__name__ == "Video")


def person_row(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "record_key": str(number),
        "name": "学员",
        "identity_kind": IdentityKind.RESIDENT,
        "identity_cipher": b"",
        "identity_hash": str(number),
        "identity_tail": "0000",
    }


def _clock(number: int) -> dict[str, Any]:
    return {"person_id": number, "lease": number, "window_count": 100, "next_gate": 99}


def terms_of(number: int, video_id: int, public_id: str, progress_id: int = 1) -> WatchTerms:
    now_ms = clock.now_ms()
    return WatchTerms(
        person_id=number,
        lease=number,
        progress_id=progress_id,
        video_id=video_id,
        package_version=1,
        window_count=100,
        window_ms=30_000,
        last_window_ms=30_000,
        pace_tenths=10,
        closes_at_ms=0,
        expires_at_ms=now_ms + 86_400_000,
        started_at_ms=now_ms,
        public_id=public_id,
    )


def rewind() -> None:
    """Set every clock back to its beginning, long due."""
    db.session.execute(update(StudyClock).values(high_water=0, due_ms=0, trail=""))


def released() -> int:
    """How many windows the database says were released."""
    return int(db.session.scalar(select(func.sum(StudyClock.high_water))) or 0)


def compare(engine: str, url: str, folder: Path, plan: Plan) -> None:
    """Measure the bare UPDATE, the bare route and key release on one database, and the ratios."""
    folder.mkdir()
    app = create_app(settings_for(url, folder))
    tokens, people = folder / "tokens", folder / "people"
    with app.app_context():
        seed(app, plan, tokens)
        ids = range(FIRST_PERSON, FIRST_PERSON + plan.learners)
        people.write_text("".join(f"{number} -\n" for number in ids))
        alone = bare_updates(url, folder, plan, FIRST_PERSON)
        rates = [
            measure(
                Subject(f"{engine}: {name}", target, lines, SCRIPT, rewind, released),
                url,
                folder,
                plan,
            )
            for name, target, lines in (
                ("bare Flask, one UPDATE", "benchmarks.bare_flask:app", people),
                ("key release", "app:app", tokens),
            )
        ]
        db.engine.dispose()
    bare, gate = rates
    print(
        f"{engine}: {gate:.0f} windows/s, {gate / bare:.2f} times the bare route, "
        f"{gate / alone:.2f} times the bare UPDATE\n",
        flush=True,
    )


def main() -> None:
    """Read the arguments and measure."""
    plan, only = plan_from("key-release", __doc__)
    on_each_engine(compare, plan, only)


if __name__ == "__main__":
    main()
