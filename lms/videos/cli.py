"""flask import-video: a lesson's film from a file on this machine."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from lms.catalog.models import Course, Lesson
from lms.catalog.queries import get_course
from lms.catalog.rules import free_lesson_slug
from lms.core.db import db, transaction
from lms.core.errors import DomainError
from lms.videos import operations, tasks
from lms.videos.models import Language, Video

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import-video")
@click.argument("file", type=_FILE)
@click.option("--course", required=True, help="Address (slug) of the course.")
@click.option("--lesson", help="Address (slug) of a lesson that gets this film.")
@click.option("--title", help="Title of a new lesson; the file's name if neither is given.")
@click.option("--subtitles", type=_FILE, help="WebVTT or SubRip file in Chinese.")
@click.option("--wait", is_flag=True, help="Package here and now, and show how far it is.")
@with_appcontext
def import_video(
    file: Path,
    course: str,
    lesson: str | None,
    title: str | None,
    subtitles: Path | None,
    wait: bool,
) -> None:
    """Give a lesson of a course the film FILE."""
    if lesson and title:
        raise click.UsageError("--lesson names a lesson there is, --title makes a new one")
    try:
        video_id = _import(file, course, lesson, title or file.stem, subtitles)
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error
    if wait:
        _package(video_id)
    else:
        click.echo(f"Video {video_id} waits for packaging.")


def _import(
    file: Path, course_slug: str, lesson_slug: str | None, title: str, subtitles: Path | None
) -> int:
    facts = operations.examine(file)
    with transaction():
        course = get_course(course_slug)
        lesson = _existing(course, lesson_slug) if lesson_slug else _new_lesson(course, title)
        video = operations.import_video(None, lesson, file, facts=facts)
        if subtitles is not None:
            content = subtitles.read_bytes()
            operations.set_subtitle(None, lesson, Language.CHINESE, content)
        return video.id


def _existing(course: Course, slug: str) -> Lesson:
    query = select(Lesson).where(Lesson.course_id == course.id, Lesson.slug == slug)
    lesson = db.session.scalar(query)
    if lesson is None:
        raise click.ClickException(f"The course {course.slug} has no lesson {slug}.")
    return lesson


def _new_lesson(course: Course, title: str) -> Lesson:
    highest = db.session.scalar(
        select(func.max(Lesson.position)).where(Lesson.course_id == course.id)
    )
    slug = free_lesson_slug({lesson.slug for lesson in course.lessons})
    lesson = Lesson(course=course, slug=slug, title=title[:120], position=(highest or 0) + 1)
    db.session.add(lesson)
    db.session.flush()
    return lesson


def _package(video_id: int) -> None:
    with click.progressbar(length=100, label="Packaging") as bar:
        shown = 0

        def listener(percent: int) -> None:
            nonlocal shown
            bar.update(percent - shown)
            shown = percent

        tasks.package_video_now(video_id, listener)
    video = db.session.get_one(Video, video_id, populate_existing=True)
    if video.error_code is not None:
        raise click.ClickException(str(video.error_code.label))
    click.echo(f"Video {video_id}: {video.state.value}.")
