"""Pages and WTForms' own messages speak the language the visitor chose."""

import pytest
from flask import session
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from tests.catalogues import compile_catalogues


class Sample(FlaskForm):
    choice = SelectField(choices=["a"])
    count = IntegerField(validators=[NumberRange(1, 9)])
    name = StringField(validators=[InputRequired()])
    note = StringField(validators=[Length(max=1)])


def _errors(app, language):
    sent = {"choice": "z", "count": "12", "note": "long"}
    with app.test_request_context("/", method="POST", data=sent):
        session["language"] = language
        form = Sample()
        assert not form.validate()
        return {field: messages[0] for field, messages in form.errors.items()}


def test_wtforms_answers_in_chinese(app):
    assert _errors(app, "zh") == {
        "choice": "不是有效的选择。",
        "count": "数值大小必须介于 1 到 9 之间。",
        "name": "该字段是必填字段。",
        "note": "字段长度不能超过 1 个字符。",
    }


def test_wtforms_answers_in_english(app):
    assert _errors(app, "en") == {
        "choice": "Not a valid choice.",
        "count": "Number must be between 1 and 9.",
        "name": "This field is required.",
        "note": "Field cannot be longer than 1 character.",
    }


@pytest.mark.parametrize(
    ("language", "tag", "brand", "other"),
    [("zh", "zh-CN", "学时", "Xueshi"), ("en", "en", "Xueshi", "公需科目")],
)
def test_visitor_reads_the_language_chosen(client, language, tag, brand, other):
    client.post("/language", data={"language": language})
    page = client.get("/").get_data(as_text=True)
    assert f'<html lang="{tag}">' in page
    assert f'<span class="brand-name">{brand}</span>' in page
    assert other not in page


def test_unknown_language_changes_nothing(client):
    client.post("/language", data={"language": "en"})
    client.post("/language", data={"language": "xx"})
    assert '<html lang="en">' in client.get("/").get_data(as_text=True)


def test_compiled_catalogue_follows_its_source(tmp_path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, compiled = folder / "messages.po", folder / "messages.mo"
    source.write_text('msgid "甲"\nmsgstr "first"\n', encoding="utf-8")
    compile_catalogues(tmp_path)
    assert b"first" in compiled.read_bytes()
    source.write_text('msgid "甲"\nmsgstr "second"\n', encoding="utf-8")
    compile_catalogues(tmp_path)
    assert b"second" in compiled.read_bytes()
    assert list(folder.glob("*.part")) == []
