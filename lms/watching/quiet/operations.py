"""Forbidding stretches of a film, and what becomes of them when a course is frozen or copied."""

from collections.abc import Sequence

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course, Lesson
from lms.catalog.version_models import CourseVersion
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission
from lms.videos.models import Video
from lms.videos.queries import current_video, current_videos
from lms.watching.quiet.models import LessonQuiet, VersionQuiet
from lms.watching.quiet.queries import Side, stretches_on
from lms.watching.quiet.rules import MOST_STRETCHES, Stretch, merged, write_instant
from lms.watching.quiet.timeline import Timeline, timeline_of


def set_stretches(
    actor: Person, lesson: Lesson, stretches: Sequence[Stretch], popup_every: int
) -> list[Stretch]:
    """Keep the draft's pop-ups out of these stretches from now on; returns them merged.

    Who has begun the lesson keeps the pop-ups drawn for them, and published versions stay as they
    are. Raises NotAllowed, Conflict before there is a film, or Invalid if a stretch is none or too
    little is left to place the pop-ups at.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, lesson.course.base_id)
    video = current_video(lesson.id)
    if video is None:
        raise Conflict(_l("请先上传视频，再设置不出题时段。"))
    kept = merged(stretches)
    timeline = timeline_of(video, kept, popup_every)
    _check(timeline)
    _keep(lesson, kept, video)
    record(
        AuditTag.WATCHING_QUIET_UPDATE,
        actor.id,
        f"lesson:{lesson.id}",
        organization_id=lesson.course.base_id,
        stretches=[f"{write_instant(start)}-{write_instant(end)}" for start, end in kept],
    )
    return kept


def _check(timeline: Timeline) -> None:
    if len(timeline.stretches) > MOST_STRETCHES:
        raise Invalid(_("最多可以设置 %(most)d 个时段。", most=MOST_STRETCHES))
    for start, end in timeline.stretches:
        if not 0 <= start < end <= timeline.last_second:
            raise Invalid(_l("时段应在视频之内，结束晚于开始。"))
    problem = shortage(timeline)
    if problem is not None:
        raise Invalid(problem)


def shortage(timeline: Timeline) -> str | None:
    """How much is left when too much is forbidden, in words; None while enough is left."""
    if len(timeline.places) >= timeline.needed:
        return None
    return str(
        _(
            "不出题时段太多：本课有 %(wanted)d 道弹题，至少要留出 %(needed)d 处可以出题的位置，"
            "现在只剩 %(left)d 处（每 %(seconds)d 秒一处）。请缩短或删去一些时段。",
            wanted=timeline.wanted,
            needed=timeline.needed,
            left=len(timeline.places),
            seconds=timeline.window_seconds,
        )
    )


def _keep(lesson: Lesson, stretches: list[Stretch], video: Video) -> None:
    quiet = db.session.get(LessonQuiet, lesson.id)
    if quiet is None and stretches:
        quiet = LessonQuiet(lesson_id=lesson.id)
        db.session.add(quiet)
    if quiet is not None and stretches:
        quiet.stretches = [list(pair) for pair in stretches]
        quiet.duration_ms = video.duration_ms
    elif quiet is not None:
        db.session.delete(quiet)
    db.session.flush()


def freeze_stretches(version: CourseVersion) -> None:
    """Handler of events.course_frozen: lessons keep in the version the stretches they have now."""
    for lesson_id, stretches in stretches_on(version.course).items():
        kept = [list(pair) for pair in stretches]
        db.session.add(VersionQuiet(version_id=version.id, lesson_id=lesson_id, stretches=kept))
    db.session.flush()


def copy_stretches(
    copied: Course, source: Course, lessons: dict[Lesson, Lesson], actor: Person
) -> None:
    """Handler of events.course_copied: the stretches come along, for the films do."""
    for old, new in lessons.items():
        quiet = db.session.get(LessonQuiet, old.id)
        if quiet is not None:
            kept = {"stretches": list(quiet.stretches), "duration_ms": quiet.duration_ms}
            db.session.add(LessonQuiet(lesson_id=new.id, **kept))
    db.session.flush()


def quiet_differences(old: Side, new: Side) -> list[str]:
    """The lessons of both whose stretches are others in `new`."""
    before, after = stretches_on(old), stretches_on(new)
    known = {lesson.id for lesson in old.lessons}
    return [
        _("课时“%(title)s”的不出题时段有修改", title=lesson.title)
        for lesson in new.lessons
        if lesson.id in known and before.get(lesson.id) != after.get(lesson.id)
    ]


def quiet_problems(course: Course) -> list[str]:
    """Lessons whose film leaves its pop-ups too little room; a newer film may be a shorter one."""
    quiet = stretches_on(course)
    videos = current_videos(list(quiet))
    every = current_app.extensions["settings"].popup_every
    titles = {lesson.id: lesson.title for lesson in course.lessons}
    found = {
        lesson_id: shortage(timeline_of(videos[lesson_id], stretches, every))
        for lesson_id, stretches in quiet.items()
        if lesson_id in videos
    }
    return [
        _("课时“%(title)s”：%(problem)s", title=titles[lesson_id], problem=problem)
        for lesson_id, problem in found.items()
        if problem is not None
    ]
