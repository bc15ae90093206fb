"""What differs between a draft and a version, or between two versions, in words."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.models import Course
from lms.catalog.rules import VERSION_FACTS
from lms.catalog.version_models import CourseVersion
from lms.core.enums import LabelledEnum

Side = Course | CourseVersion
DifferenceCheck = Callable[[Side, Side], list[str]]

_LABELS: dict[str, Any] = {
    "title": _l("课程名称"),
    "summary": _l("课程简介"),
    "category": _l("科目类别"),
    "hours": _l("学时"),
    "year": _l("年度"),
    "lecturer_name": _l("主讲教师"),
    "lecturer_title": _l("职称或职务"),
    "lecturer_about": _l("教师介绍"),
    "requires_exam": _l("需要通过考试"),
    "max_pace_tenths": _l("最快播放速度"),
}
# Too long to be quoted: that they were changed is said, and the pages show how they read now.
_LONG = frozenset({"summary", "lecturer_about"})


def add_difference_check(app: Flask, check: DifferenceCheck) -> None:
    """Let `check(old, new)` name differences that only a higher feature knows, such as films."""
    app.extensions.setdefault("difference_checks", []).append(check)


def differences(old: Side, new: Side) -> list[str]:
    """What `new` changes against `old`, each as a sentence; empty if nothing differs."""
    checks: list[DifferenceCheck] = current_app.extensions.get("difference_checks", [])
    return [
        *_facts(old, new),
        *_lessons(old, new),
        *_etextbooks(old, new),
        *(line for check in checks for line in check(old, new)),
    ]


def _facts(old: Side, new: Side) -> list[str]:
    changed = [name for name in VERSION_FACTS if getattr(old, name) != getattr(new, name)]
    return [_fact(name, getattr(old, name), getattr(new, name)) for name in changed]


def _fact(name: str, old: Any, new: Any) -> str:
    if name in _LONG:
        return str(_("%(what)s有修改", what=_LABELS[name]))
    return str(_("%(what)s：%(old)s → %(new)s", what=_LABELS[name], old=_word(old), new=_word(new)))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, LabelledEnum):
        return str(value.label)
    return str(value) or _("（空）")


def _lessons(old: Side, new: Side) -> list[str]:
    before = {lesson.id: lesson for lesson in old.lessons}
    after = {lesson.id: lesson for lesson in new.lessons}
    kept = [number for number in after if number in before]
    lines = [_("新增课时：%(title)s", title=after[n].title) for n in after if n not in before]
    lines += [_("去掉课时：%(title)s", title=before[n].title) for n in before if n not in after]
    for number in kept:
        was, now = before[number], after[number]
        if was.title != now.title:
            lines.append(_("课时改名：%(old)s → %(new)s", old=was.title, new=now.title))
        if was.summary != now.summary:
            lines.append(_("课时提要有修改：%(title)s", title=now.title))
    if kept != [number for number in before if number in after]:
        lines.append(_("课时顺序有调整"))
    return lines


def _etextbooks(old: Side, new: Side) -> list[str]:
    before = {book.id: book.title for book in old.etextbooks}
    after = {book.id: book.title for book in new.etextbooks}
    lines = [_("新增教材：%(title)s", title=after[n]) for n in after if n not in before]
    return lines + [_("去掉教材：%(title)s", title=before[n]) for n in before if n not in after]
