"""How much a base keeps, and how much it may: one query for the bar that shows it and the check.

Counted are the originals that are kept, the packages made of them, what uploads under way have
promised, e-textbooks, and pages cut from them. What is deleted or replaced counts no longer once
its files are gone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, func, select, union_all

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course, Etextbook, Lesson
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, transaction
from lms.core.errors import Invalid
from lms.core.permissions import Permission
from lms.core.tasks import task
from lms.organizations.models import Organization
from lms.readings.models import Reading
from lms.videos.models import BaseQuota, Upload, Video
from lms.videos.storage import package_size, settings
from lms.web.filters import file_size

GB = 1_000_000_000
MOST_GB = 1_000_000


@dataclass(frozen=True)
class Room:
    """What a base keeps and may keep, in bytes."""

    base_id: int
    used_bytes: int
    quota_bytes: int

    @property
    def left_bytes(self) -> int:
        return max(0, self.quota_bytes - self.used_bytes)

    @property
    def quota_gb(self) -> int:
        return self.quota_bytes // GB


def rooms(base_ids: Iterable[int] | Select[int]) -> dict[int, Room]:
    """The room of each of these bases, by its id."""
    kept = _kept().subquery()
    used = select(kept.c.base_id, func.sum(kept.c.size).label("used")).group_by(kept.c.base_id)
    sums = used.subquery()
    query = (
        select(Organization.id, func.coalesce(sums.c.used, 0), BaseQuota.quota_gb)
        .outerjoin(sums, sums.c.base_id == Organization.id)
        .outerjoin(BaseQuota, BaseQuota.base_id == Organization.id)
        .where(Organization.id.in_(base_ids))
    )
    default = settings().base_quota_gb
    return {
        base_id: Room(base_id, int(used), (quota_gb or default) * GB)
        for base_id, used, quota_gb in db.session.execute(query)
    }


def _kept() -> Select[int]:
    """(base_id, size) of everything that is kept, or promised to uploads under way."""
    original = case((Video.original_path.is_not(None), Video.size_bytes), else_=0)
    films = select(Course.base_id, (original + Video.package_bytes).label("size"))
    coming = select(Course.base_id, Upload.size_bytes.label("size"))
    books = select(Course.base_id, Etextbook.size_bytes.label("size"))
    pages = select(Course.base_id, func.max(Reading.size_bytes).label("size"))
    is_coming = (Upload.video_id.is_(None), Upload.expires_at > clock.now())
    return union_all(  # type: ignore[return-value]
        films.join(Lesson, Lesson.course_id == Course.id).join(Video, Video.lesson_id == Lesson.id),
        coming.join(Lesson, Lesson.course_id == Course.id)
        .join(Upload, Upload.lesson_id == Lesson.id)
        .where(*is_coming),
        books.join(Etextbook, Etextbook.course_id == Course.id),
        # A copied course names the pages of its source.
        pages.join(Lesson, Lesson.course_id == Course.id)
        .join(Reading, Reading.lesson_id == Lesson.id)
        .group_by(Course.base_id, Reading.path),
    )


def check_room(base_id: int, size_bytes: int) -> None:
    """Raises Invalid (field "file"), with what is left, unless the base may keep so much more.

    The base's row is held until the transaction ends: of two uploads that begin at once the second
    one counts the first.
    """
    db.session.execute(select(Organization.id).where(Organization.id == base_id).with_for_update())
    room = rooms([base_id])[base_id]
    if size_bytes > room.left_bytes:
        message = _l(
            "本基地的存储空间不够：文件 %(size)s，还剩 %(left)s（共 %(quota)s）。"
            "请删除不用的视频，或请主管的人社部门增加空间。",
            size=file_size(size_bytes),
            left=file_size(room.left_bytes),
            quota=file_size(room.quota_bytes),
        )
        raise Invalid(message, field="file")


def set_quota(actor: Person, base: Organization, quota_gb: int | None) -> None:
    """Let a base keep so many GB; None: as many as the setting says.

    Less than it keeps already takes nothing away, but lets nothing more in. Raises NotAllowed, or
    Invalid (field "quota_gb").
    """
    require(actor, Permission.VIDEOS_QUOTA_EDIT, base.id)
    if quota_gb is not None and not 1 <= quota_gb <= MOST_GB:
        raise Invalid(_l("请填写 1 到 1000000 之间的整数。"), field="quota_gb")
    quota = db.session.get(BaseQuota, base.id, with_for_update=True)
    if quota_gb is None and quota is not None:
        db.session.delete(quota)
    elif quota_gb is not None and quota is None:
        db.session.add(BaseQuota(base_id=base.id, quota_gb=quota_gb))
    elif quota_gb is not None and quota is not None:
        quota.quota_gb = quota_gb
    db.session.flush()
    record(
        AuditTag.VIDEOS_QUOTA_UPDATE,
        actor.id,
        f"organization:{base.id}",
        organization_id=base.id,
        quota_gb=quota_gb,
    )


@task
def count_packages() -> None:
    """Measure the packages whose size is not known: those made before sizes were noted."""
    query = select(Video.id).where(Video.package_version > 0, Video.package_bytes == 0)
    for video_id in db.session.scalars(query).all():
        with transaction():
            video = db.session.get_one(Video, video_id)
            video.package_bytes = package_size(video.public_id, video.package_version)
