"""A learner before the player: films without pictures, and a page that asks as the player does."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.catalog.models import EtextbookFormat, Lesson, LessonKind
from lms.core.db import db, transaction
from lms.core.files import files
from lms.enrollments.models import Cycle
from lms.questions.models import QuestionUse
from lms.readings.models import Reading
from lms.readings.storage import READINGS, page_path
from lms.readings.versions import bind_reading, bound_reading
from lms.videos.keys import window_key
from lms.videos.models import Video, VideoState
from lms.videos.secret import new_secret, video_secret
from lms.videos.versions import bind_video, bound_video
from lms.watching.models import LessonProgress, Popup, StudyClock
from lms.watching.queries import find_progress
from tests.factories import CourseFactory, CycleFactory, LessonFactory, QuestionFactory
from tests.support import sign_in

WINDOW_SECONDS = 30


def make_video(lesson: Lesson, windows: int = 6, last_ms: int = 30_000) -> Video:
    """A ready video of so many windows of 30 s; the last one may be of another length.

    The version in the catalogue gets it as well, if its lesson has none there yet.
    """
    public_id = secrets.token_hex(8)
    video = Video(
        public_id=public_id,
        lesson_id=lesson.id,
        state=VideoState.READY,
        original_name="film.mp4",
        size_bytes=1,
        secret_cipher=new_secret(public_id),
        package_version=1,
        duration_ms=(windows - 1) * WINDOW_SECONDS * 1000 + last_ms,
        window_seconds=WINDOW_SECONDS,
        window_count=windows,
    )
    db.session.add(video)
    db.session.flush()
    version = lesson.course.version
    held = {each.lesson_id for each in version.lessons} if version is not None else set()
    if version is not None and lesson.id in held and bound_video(version.id, lesson.id) is None:
        bind_video(version.id, lesson.id, video)
    db.session.commit()
    return video


def make_pages(lesson: Lesson, count: int = 6, seconds: int = WINDOW_SECONDS) -> Reading:
    """So many pages to read of 30 s; the version in the catalogue gets them as `make_video`."""
    path = f"{READINGS}/{secrets.token_hex(8)}"
    for number in range(count):
        text = f"<p>第 {number + 1} 页的内容</p>"
        files().write(page_path(path, number, is_pdf=False), text.encode())
    lesson.kind = LessonKind.READING
    reading = Reading(
        public_id=secrets.token_hex(8),
        lesson_id=lesson.id,
        book_title="教材",
        format=EtextbookFormat.HTML,
        first=0,
        last=0,
        first_title="第一章",
        last_title="第一章",
        path=path,
        size_bytes=count,
        page_count=count,
        page_seconds=seconds,
        made_by_id=lesson.course.created_by_id,
    )
    db.session.add(reading)
    db.session.flush()
    version = lesson.course.version
    held = {each.lesson_id for each in version.lessons} if version is not None else set()
    if version is not None and lesson.id in held and bound_reading(version.id, lesson.id) is None:
        bind_reading(version.id, lesson.id, reading)
    db.session.commit()
    return reading


def make_study(
    windows: int = 6,
    *,
    questions: int = 0,
    lessons: int = 1,
    read: Collection[int] = (),
    last_ms: int = 30_000,
    **course: Any,
) -> Cycle:
    """An active cycle of a course with so many lessons, each with a video, and a question pool.

    The lessons whose numbers are in `read` have pages instead.
    """
    made = CourseFactory(**course)
    for number in range(lessons):
        lesson = LessonFactory(course=made, position=number)
        if number in read:
            make_pages(lesson, windows)
        else:
            make_video(lesson, windows, last_ms)
    for _number in range(questions):
        QuestionFactory(course=made, use=QuestionUse.POPUP)
    return CycleFactory(course=made)


@dataclass
class Page:
    """A page of the player: its own client and the token it was given."""

    app: Flask
    person: Person
    cycle_id: int
    lesson_id: int
    token: str = ""
    public_id: str = ""
    # Of the address: "keys", or "pages" of a lesson that is read.
    folder: str = "keys"
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = sign_in(self.app.test_client(use_cookies=True), self.person)

    @classmethod
    def of(cls, app: Flask, cycle: Cycle, number: int = 0) -> "Page":
        """A page on the cycle's lesson number `number`, before it is opened."""
        return cls(app, cycle.person, cycle.id, cycle.course.lessons[number].id)

    def post(self, what: str, body: Any = None) -> TestResponse:
        return self.client.post(
            f"/learn/{self.cycle_id}/lessons/{self.lesson_id}/{what}",
            json=body or {},
            headers={"X-Watch-Token": self.token, "Accept": "application/json"},
        )

    def open(self) -> "Page":
        answer = self.post("lease")
        assert answer.status_code == 200, answer.text
        self.facts = answer.json
        self.token = answer.json["token"]
        self.folder, self.public_id = answer.json["keys"].strip("/").split("/")
        return self

    def key(self, window: int) -> TestResponse:
        """Ask for a key, or a page, by the header alone; the cookie is for players without one."""
        headers = {"X-Watch-Token": self.token}
        bare = self.app.test_client(use_cookies=False)
        return bare.get(f"/{self.folder}/{self.public_id}/{window}", headers=headers)

    def popup(self) -> dict[str, Any]:
        answer = self.post("popup")
        assert answer.status_code == 200, answer.text
        return answer.json["popup"]

    def answer(self, popup: dict[str, Any], *, right: bool = True) -> TestResponse:
        chosen = popup["options"].index("90" if right else "60")
        return self.post("popup/answer", {"nonce": popup["nonce"], "chosen": [chosen]})

    @property
    def progress(self) -> LessonProgress:
        db.session.rollback()
        found = find_progress(self.cycle_id, self.lesson_id)
        assert found is not None
        return found

    @property
    def study_clock(self) -> StudyClock:
        db.session.rollback()
        found = db.session.get(StudyClock, self.person.id)
        assert found is not None
        return found

    def set_gates(self, *gates: int) -> "Page":
        """Put the gates there; chance put them elsewhere. Call it before the page is opened."""
        self.open()
        with transaction():
            self.progress_now().gates = list(gates)
        return self.open()

    def progress_now(self) -> LessonProgress:
        found = find_progress(self.cycle_id, self.lesson_id)
        assert found is not None
        return found

    def expected_key(self, window: int) -> bytes:
        video = self.progress.video
        assert video is not None
        return window_key(video_secret(video), video.package_version, window)


def watch(page: Page, clock: Any, windows: range, seconds: int = WINDOW_SECONDS) -> None:
    """Ask for windows one after the other at life's pace."""
    for window in windows:
        answer = page.key(window)
        assert answer.status_code == 200, (window, answer.status_code, answer.text)
        clock.advance(seconds)


def popups(page: Page) -> list[Popup]:
    """The questions asked in the page's lesson, in order."""
    return db.session.query(Popup).filter_by(progress_id=page.progress.id).order_by(Popup.id).all()
