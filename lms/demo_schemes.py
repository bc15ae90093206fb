"""The study scheme of the demonstration's department, with the courses of the demonstration."""

from sqlalchemy import select

from lms.accounts.enums import ProfessionSeries
from lms.accounts.models import Person
from lms.catalog.models import Course, CourseState
from lms.catalog.subject_operations import set_subjects, subjects_of
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.schemes.course_operations import add_course
from lms.schemes.models import Scheme
from lms.schemes.operations import create_scheme, publish_scheme
from lms.schemes.rules import SchemeFacts, Topic

_PUBLIC, _PROFESSIONAL = HourCategory.PUBLIC, HourCategory.PROFESSIONAL
_TOPICS = (
    Topic("继续教育政策与职业道德", _PUBLIC, Hours(300)),
    Topic("数字技术：人工智能、大数据、工业互联网", _PROFESSIONAL, Hours(300)),
    Topic("智能制造新工艺、新设备", _PROFESSIONAL, Hours(200)),
    Topic("安全生产与绿色低碳技术", _PROFESSIONAL, Hours(100)),
)
_SUBJECTS = {
    "digital-engineers": ("engineering/digital-management",),
    "policy-and-practice": ("public/ethics",),
    "watch-and-answer": ("public/ethics",),
}


def load_subjects(trainer: Person) -> None:
    """Give the courses of the demonstration their subjects, those that have none."""
    for course in db.session.scalars(select(Course).where(Course.slug.in_(_SUBJECTS))):
        if not subjects_of(course):
            set_subjects(trainer, course, _SUBJECTS[course.slug])


def load_scheme(officer: Person) -> None:
    """Make the scheme of the officer's department for its courses' year, if there is none."""
    published = select(Course).where(
        Course.slug.in_(_SUBJECTS), Course.state == CourseState.PUBLISHED
    )
    courses = list(db.session.scalars(published.order_by(Course.category.desc(), Course.id)))
    department = officer.posts[0].organization
    same = select(Scheme.id).where(Scheme.organization_id == department.id).limit(1)
    if not courses or db.session.scalar(same) is not None:
        return
    year = max(course.year for course in courses)
    facts = SchemeFacts(
        title=f"{department.name}{year}年度继续教育专业科目学习方案",
        division_code=department.division_code,
        audience="全市企业、事业单位中从事工程技术工作的专业技术人员。",
        goals="更新知识结构，掌握先进技术，提升专业水平和创新能力；年度累计不少于 90 学时。",
        topics=_TOPICS,
        ways="网络学习为主，可参加备案的线下培训。",
        channels="本平台公需科目和专业科目课程；市级继续教育基地的线下培训。",
        textbooks="各课程配套电子教材。",
        examination="学完课程后在线考试，60 分合格；每门课程两次机会。",
        supervision="学习过程随机弹题；用人单位建立学习档案备查。",
        contact_name=officer.name,
        contact_phone="0633-2950018",
    )
    scheme = create_scheme(officer, department, year, ProfessionSeries.ENGINEERING, facts)
    for course in (each for each in courses if each.year == year):
        add_course(officer, scheme, course)
    publish_scheme(officer, scheme)
