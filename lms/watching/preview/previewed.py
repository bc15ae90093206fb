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
from lms.readings.models import Reading
from lms.videos.keys import window_key
from lms.watching.gates import lesson_gates
from lms.watching.material import Material, bound_material, current_material
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


def draft_to_preview(actor: Person, slug: str) -> Previewed:
    """The draft of a course of the actor's base; raises NotFound or NotAllowed for another's."""
    course = get_visible_course(slug, actor)
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    return Previewed(course)


def version_to_preview(actor: Person, version_id: int) -> Previewed:
    """A version that the actor judges or has judged; raises NotFound for another."""
    version = get_version_to_see(actor, version_id)
    return Previewed(version.course, version)


def find_material(previewed: Previewed, lesson_id: int) -> Material | None:
    """What the lesson holds: in the version, or in the draft as it is now."""
    if previewed.version is None:
        return current_material(lesson_id)
    return bound_material(previewed.version.id, lesson_id)


def get_material(previewed: Previewed, lesson_id: int) -> Material:
    """The same; raises NotFound for a lesson of another course, Conflict while there is none."""
    previewed.lesson(lesson_id)
    material = find_material(previewed, lesson_id)
    if material is None:
        raise Conflict()
    return material


def quiet_stretches(previewed: Previewed, lesson_id: int) -> list[Stretch]:
    """Where no pop-up may stand."""
    return stretches_of(lesson_id, previewed.version_id)


def draw_gates(previewed: Previewed, lesson_id: int, material: Material, every: int) -> list[int]:
    """Where pop-ups stand this time, drawn as for a learner who begins the lesson."""
    stretches = quiet_stretches(previewed, lesson_id)
    return lesson_gates(
        previewed.course.id, previewed.version_id, lesson_id, material.windows, stretches, every
    )


def preview_key(release: KeyRelease, material: Material, window: int) -> bytes:
    """The key of one window of the film, whatever was watched. Raises NotFound beyond its end."""
    video = material.video
    if video is None or not 0 <= window < video.window_count:
        raise NotFound()
    secret = release.secret(video.package.id, video.package.public_id)
    return window_key(secret, material.package_version, window)


def get_pages(previewed: Previewed, lesson_id: int, page: int) -> Reading:
    """The reading whose page (from 0) is asked for, whatever was read. Raises NotFound."""
    reading = get_material(previewed, lesson_id).reading
    if reading is None or not 0 <= page < reading.page_count:
        raise NotFound()
    return reading
