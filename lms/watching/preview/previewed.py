"""What may be looked at, by whom: the draft by its trainers, a version by those who judge it."""

from dataclasses import dataclass

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course, Lesson
from lms.catalog.queries import get_lesson, get_visible_course
from lms.catalog.review_queries import get_version_to_see
from lms.catalog.version_models import CourseVersion, VersionLesson
from lms.catalog.versions import get_version_lesson
from lms.core.errors import Conflict, NotFound
from lms.core.permissions import Permission
from lms.videos.keys import window_key
from lms.videos.models import Video
from lms.videos.queries import current_video
from lms.videos.versions import bound_video
from lms.watching.gates import lesson_gates
from lms.watching.quiet.queries import stretches_of
from lms.watching.quiet.rules import Stretch
from lms.watching.release import KeyRelease


@dataclass(frozen=True)
class Previewed:
    """A course as it is looked at: as its draft stands, or as one of its versions has it."""

    course: Course
    version: CourseVersion | None = None

    @property
    def shown(self) -> Course | CourseVersion:
        return self.version or self.course

    @property
    def version_id(self) -> int | None:
        return self.version.id if self.version else None

    @property
    def key(self) -> str:
        """A name that no other draft or version has."""
        return f"version:{self.version.id}" if self.version else f"course:{self.course.id}"

    def lesson(self, lesson_id: int) -> Lesson | VersionLesson:
        """The lesson as it is here; raises NotFound for one that is not."""
        if self.version is not None:
            return get_version_lesson(self.version, lesson_id)
        return get_lesson(self.course, lesson_id)


@dataclass(frozen=True)
class PreviewFilm:
    """The film of a lesson as it is looked at, of it which package, and where it is quiet."""

    video: Video
    package_version: int
    stretches: list[Stretch]


def draft_to_preview(actor: Person, slug: str) -> Previewed:
    """The draft of a course of the actor's base; raises NotFound or NotAllowed for another's."""
    course = get_visible_course(slug, actor)
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    return Previewed(course)


def version_to_preview(actor: Person, version_id: int) -> Previewed:
    """A version that the actor judges or has judged; raises NotFound for another."""
    version = get_version_to_see(actor, version_id)
    return Previewed(version.course, version)


def find_film(previewed: Previewed, lesson_id: int) -> PreviewFilm | None:
    """What the lesson plays: the film of the version, or the one that the draft has now."""
    if previewed.version is None:
        video = current_video(lesson_id)
        stretches = stretches_of(lesson_id)
        return PreviewFilm(video, video.package_version, stretches) if video else None
    bound = bound_video(previewed.version.id, lesson_id)
    if bound is None:
        return None
    stretches = stretches_of(lesson_id, previewed.version.id)
    return PreviewFilm(bound.video, bound.package_version, stretches)


def get_film(previewed: Previewed, lesson_id: int) -> PreviewFilm:
    """`find_film`; raises NotFound for a lesson of another course, Conflict while there is none."""
    previewed.lesson(lesson_id)
    film = find_film(previewed, lesson_id)
    if film is None:
        raise Conflict()
    return film


def draw_gates(previewed: Previewed, lesson_id: int, film: PreviewFilm, every: int) -> list[int]:
    """Where pop-ups stand this time, drawn as for a learner who begins the lesson."""
    return lesson_gates(
        previewed.course.id, previewed.version_id, lesson_id, film.video, film.stretches, every
    )


def preview_key(release: KeyRelease, film: PreviewFilm, window: int) -> bytes:
    """The key of one window of the film, whatever was watched. Raises NotFound beyond its end."""
    if not 0 <= window < film.video.window_count:
        raise NotFound()
    package = film.video.package
    secret = release.secret(package.id, package.public_id)
    return window_key(secret, film.package_version, window)
