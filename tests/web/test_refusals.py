"""What an operation refuses is told at its field, above the form, in a flash, or raised again."""

import pytest
from flask import Flask, get_flashed_messages
from wtforms import Form, StringField

from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.web.refusals import flash_refusal, show_refusal


class _NameForm(Form):
    name = StringField()


def test_a_refusal_is_told_at_the_field_that_it_names() -> None:
    form = _NameForm()
    show_refusal(form, Invalid("没有这个名称。", field="name"))
    assert (form.name.errors, form.form_errors) == (["没有这个名称。"], [])


@pytest.mark.parametrize("field", [None, "elsewhere"])
def test_what_names_no_field_of_the_form_is_told_above_it(field: str | None) -> None:
    form = _NameForm()
    show_refusal(form, Conflict("已经办理。", field=field))
    assert form.form_errors == ["已经办理。"]


def test_a_refusal_is_told_on_the_next_page(app: Flask) -> None:
    with app.test_request_context():
        flash_refusal(Conflict("已经办理。"))
        assert get_flashed_messages(with_categories=True) == [("error", "已经办理。")]


@pytest.mark.parametrize("refusal", [NotAllowed(), NotFound()])
def test_what_is_not_about_what_was_given_gets_a_page_of_its_own(
    refusal: NotAllowed | NotFound,
) -> None:
    with pytest.raises(type(refusal)):
        show_refusal(_NameForm(), refusal)
    with pytest.raises(type(refusal)):
        flash_refusal(refusal)
