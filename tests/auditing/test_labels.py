import ast

import pytest

from lms.auditing import labels
from lms.config import ROOT
from lms.core.audit import AuditTag
from lms.core.enums import LabelledEnum


@pytest.mark.parametrize("tag", AuditTag, ids=lambda tag: tag.value)
def test_every_deed_has_a_name_and_a_group(tag):
    assert tag.label
    assert labels.group_of(tag) in labels.GROUPS


def test_no_two_deeds_have_the_same_name_within_a_group(app):
    for _group, _label, tags in labels.tag_groups():
        names = [str(tag.label) for tag in tags]
        assert len(set(names)) == len(names)


def _recordings():
    """Each call that records a deed: where it stands, and the names of its details."""
    for path in sorted((ROOT / "lms").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func if isinstance(node, ast.Call) else None
            if isinstance(name, ast.Name) and name.id in ("record", "_record"):
                yield path, node


def test_every_detail_that_is_recorded_has_a_name():
    given = {
        keyword.arg
        for _path, call in _recordings()
        for keyword in call.keywords
        if keyword.arg not in (None, "organization_id", "unit_id")
    }
    assert given - labels.DETAILS.keys() == set()


def _subject_kinds():
    for _path, call in _recordings():
        for argument in call.args:
            parts = argument.values if isinstance(argument, ast.JoinedStr) else []
            if parts and isinstance(parts[0], ast.Constant) and parts[0].value.endswith(":"):
                yield parts[0].value[:-1]


def test_every_kind_of_record_has_a_name():
    kinds = set(_subject_kinds())
    assert "person" in kinds
    assert kinds - labels.SUBJECTS.keys() == set()


def test_enums_of_details_exist(app):
    known = {enum.__name__ for enum in LabelledEnum.__subclasses__()}
    assert {name for names in labels.ENUMS_OF.values() for name in names} - known == set()


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("role", "unit_manager", "单位管理员"),
        ("reason", "retired", "退休"),
        ("reason", "家庭原因", "家庭原因"),
        ("fields", ["name", "phone"], "名称、手机号码"),
        ("cover", True, "是"),
        ("exam", {"single": 2}, "single 2"),
        ("new", 12, "12"),
        ("deed", "accounts:person:merge", "合并重复人员"),
    ],
)
def test_details_are_told_in_words(app, key, value, text):
    with app.test_request_context():
        assert labels.value_text(key, value) == text


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("person:12", "person:12"),
        ("人员 12", "person:12"),
        ("人员12", "person:12"),
        ("人员：12", "person:12"),
        (" 课程  7 ", "course:7"),
        ("人员", None),
        ("12", None),
        ("nothing:12", None),
        ("人员 十二", None),
    ],
)
def test_records_are_understood_in_words_and_codes(app, text, subject):
    with app.test_request_context():
        assert labels.read_subject(text) == subject


def test_deeds_of_earlier_versions_are_shown_as_they_are_written():
    assert labels.tag_label("old:thing:do") == "old:thing:do"
