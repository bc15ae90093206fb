"""A row of every kind that names files, with its files, and strays beside them."""

import datetime as dt
import io
import secrets

from lms.catalog import content_operations, operations
from lms.catalog.models import Lesson
from lms.certificates.files import pdf_path
from lms.certificates.models import Certificate
from lms.core.db import db, transaction
from lms.core.files import files
from lms.enrollments.models import Cycle
from lms.questions.pictures import add_picture
from lms.videos.models import Language, Upload, Video, VideoState
from lms.videos.operations import set_subtitle
from lms.videos.originals import original_path
from lms.videos.storage import package_path, subtitle_path
from lms.watching.models import LessonProgress
from tests.catalog.etextbooks.support import files as epub_files
from tests.catalog.etextbooks.support import packed, picture
from tests.factories import CourseFactory, CycleFactory, LessonFactory, PersonFactory, PostFactory
from tests.factories.catalog import version_as_it_is
from tests.watching.support import make_pages, make_video

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n"


def give_files(video: Video) -> list[str]:
    """What packaging leaves of a film."""
    folder = package_path(video.package.public_id, video.package_version)
    names = ("master.m3u8", "poster.jpg", "180p/index.m3u8", "180p/00000.ts")
    contents = {f"{folder}/{name}": b"x" for name in names}
    if video.original_path:
        contents[video.original_path] = b"original"
    files().write_all(contents)
    return list(contents)


def film(lesson: Lesson, state: VideoState, **values: object) -> Video:
    """A film of the lesson that is not in its version."""
    made = Video(
        public_id=secrets.token_hex(8),
        lesson_id=lesson.id,
        state=state,
        original_name="film.mp4",
        size_bytes=8,
        secret_cipher=b"",
        **{"package_version": 1, "package_bytes": 4, **values},
    )
    made.original_path = original_path(f"{made.public_id}.mp4") if not made.shares else None
    db.session.add(made)
    db.session.commit()
    return made


def study(lesson: Lesson, video: Video, cycle: Cycle) -> None:
    """Somebody is in the middle of the film."""
    db.session.add(
        LessonProgress(
            cycle=cycle,
            lesson=lesson,
            video=video,
            package_version=video.package_version,
            window_count=1,
            window_ms=1,
            duration_ms=1,
            gates=[],
        )
    )
    db.session.commit()


def build_films() -> dict[str, list[str]]:
    """Films in every state that keeps files, by why they are kept."""
    course = CourseFactory()
    bound = make_video(LessonFactory(course=course))
    version = version_as_it_is(course)
    kept = {"film of a version": give_files(bound)}
    bound.package_version = 2
    kept["newer package of the film of a version"] = give_files(bound)
    bound.state = VideoState.REPLACED
    # The lesson may have one film that is shown, so this one makes room first.
    db.session.commit()
    lesson = bound.lesson
    ready = film(lesson, VideoState.READY)
    kept["film that is shown"] = give_files(ready)
    watched = film(lesson, VideoState.REPLACED)
    kept["film that somebody is in the middle of"] = give_files(watched)
    study(lesson, watched, CycleFactory(course=course, version=version))
    source = film(lesson, VideoState.REPLACED)
    kept["film that a copied course shows"] = give_files(source)
    film(LessonFactory(), VideoState.READY, shares=source, poster_name="poster-00aa11bb.jpg")
    poster = f"{package_path(source.public_id, 1)}/poster-00aa11bb.jpg"
    files().write(poster, b"chosen")
    kept["poster chosen for the copy"] = [poster]
    failed = film(lesson, VideoState.FAILED, package_version=0)
    waiting = film(lesson, VideoState.UPLOADED, package_version=0)
    half = f"{package_path(waiting.public_id, 1)}/180p/00000.ts"
    built = "hls/.building/claim/180p/00000.ts"
    for path in (failed.original_path, waiting.original_path, half, built):
        files().write(str(path), b"x")
    kept["film that can be tried again"] = [str(failed.original_path)]
    kept["film in work"] = [str(waiting.original_path), half]
    kept["package being built"] = [built]
    return kept


def build_rest(certificate: Certificate) -> dict[str, list[str]]:
    """All other rows that name files, by what they are."""
    course = CourseFactory()
    lesson = LessonFactory(course=course)
    trainer = PostFactory(organization=course.base).person
    with transaction():
        add = content_operations.add_etextbook
        former = add(trainer, course, "原教材", io.BytesIO(PDF))
        subtitle = set_subtitle(trainer, lesson, Language.CHINESE, VTT)
        shown = add_picture(trainer, course, io.BytesIO(picture()), "一幅图")
        operations.set_cover(trainer, course, io.BytesIO(picture()))
        public_id = secrets.token_urlsafe(16)
        db.session.add(
            Upload(
                public_id=public_id,
                owner_id=PersonFactory().id,
                lesson=lesson,
                original_name="film.mp4",
                size_bytes=10,
                expires_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
            )
        )
    version_as_it_is(course)
    with transaction():
        content_operations.remove_etextbook(trainer, former)
        entries = epub_files(one='<p>正文</p><img src="../a.png"/>')
        entries["OEBPS/a.png"] = picture()
        book = add(trainer, course, "电子书", io.BytesIO(packed(entries)))
    read = make_pages(LessonFactory(course=course))
    incoming = original_path(f"incoming/{public_id}")
    for path in (incoming, pdf_path(certificate)):
        files().write(path, b"x")
    return {
        "cover": [str(course.cover_path)],
        "book of a version alone": [former.path],
        "book of a draft": [found.path for found in files().walk(book.path)],
        "pages to read": [found.path for found in files().walk(read.path)],
        "subtitles": [subtitle_path(subtitle.path)],
        "picture of a question": [shown.path],
        "certificate": [pdf_path(certificate)],
        "unfinished upload": [incoming],
    }


def build_strays() -> list[str]:
    """Files that no row names, and a film whose row nobody has a use for."""
    lesson = LessonFactory()
    unused = film(lesson, VideoState.REPLACED)
    ready = film(lesson, VideoState.READY)
    give_files(ready)
    strays = [
        "covers/stray.webp",
        "certificates/2025/001/stray.pdf",
        "questions/stray.webp",
        "originals/stray.mp4",
        "readings/stray/0001.html",
        "originals/etextbooks/stray.pdf",
        "originals/etextbooks/stray/pictures/stray.png",
        "originals/incoming/stray",
        "hls/subtitles/stray.vtt",
        "hls/stray/1/180p/00000.ts",
        f"{package_path(ready.public_id, 2)}/master.m3u8",
        f"{package_path(ready.public_id, 1)}/poster-0000ffff.jpg",
    ]
    files().write_all(dict.fromkeys(strays, b"stray"))
    return sorted(strays + give_files(unused))
