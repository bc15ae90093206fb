"""/manage/people/<id>/merge: somebody who is there twice; choose, read what happens, confirm."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import InputRequired

from lms.accounts.forms import IdentityFields
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.permissions import Permission
from lms.memberships import merging
from lms.web import slots
from lms.web.auth import staff
from lms.web.choices import choices_of
from lms.web.limits import limiter
from lms.web.paging import record_id

blueprint = Blueprint("manage_merging", __name__, url_prefix="/manage/people")
_MERGE = Permission.PEOPLE_PERSON_MERGE
_Page = str | Response | tuple[str, int]


class OtherForm(FlaskForm, IdentityFields):
    """The document of the other record."""


class ConfirmForm(FlaskForm):
    """Which record stays, why, and that one has read what will happen."""

    survivor_id = HiddenField()
    duplicate_id = HiddenField()
    cause = RadioField(
        _l("合并的依据"),
        [InputRequired(_l("请选择合并的依据。"))],
        choices=choices_of(merging.MergeCause),
    )
    confirmed = BooleanField(
        _l("已核对证件等材料，确认是同一人"),
        [InputRequired(_l("请核对后勾选。合并不能撤销。"))],
    )


@blueprint.route("/<int:person_id>/merge", methods=["GET", "POST"])
@staff(_MERGE)
@limiter.limit("120/hour", methods=["POST"])
def choose(person_id: int) -> _Page:
    """Name the other record by its number; it comes with a form and never in an address."""
    person = merging.person_to_merge(current_user, person_id)
    form = OtherForm()
    if form.validate_on_submit():
        other = form.holder()
        try:
            if other is None:
                raise NotFound(_("没有找到这个号码的人员，或者不在您的管理范围内。"))
            pair = merging.pair_to_merge(current_user, person.id, other.id)
        except DomainError as refusal:
            # Out of reach or nobody: all of it is about the number that was given.
            form.identity_number.errors = [str(refusal.message)]
        else:
            return _preview(pair, ConfirmForm(formdata=None))
    page = render_template("memberships/manage/merge.html", form=form, person=person)
    return page, 422 if form.errors else 200


def _preview(pair: merging.Pair, form: ConfirmForm) -> str:
    form.survivor_id.data, form.duplicate_id.data = pair.survivor.id, pair.duplicate.id
    cards: Any = {
        person.id: slots.collect("person.cards", person=person)
        for person in (pair.survivor, pair.duplicate)
    }
    return render_template(
        "memberships/manage/merge_preview.html", pair=pair, form=form, cards=cards
    )


@blueprint.post("/merge")
@staff(_MERGE)
def merge() -> _Page:
    form = ConfirmForm()
    survivor_id, duplicate_id = _id(form.survivor_id.data), _id(form.duplicate_id.data)
    if request.form.get("swap"):
        pair = merging.pair_to_merge(current_user, duplicate_id, survivor_id)
        return _preview(pair, ConfirmForm(formdata=None))
    if not form.validate():
        return _preview(merging.pair_to_merge(current_user, survivor_id, duplicate_id), form), 422
    with transaction():
        cause = merging.MergeCause(form.cause.data)
        merging.merge_people(current_user, survivor_id, duplicate_id, cause)
    flash(_("已合并。学时正由学时银行转到保留的人员名下，通常几分钟内完成。"), "success")
    return redirect(url_for("manage_people.person", person_id=survivor_id), 303)


def _id(text: str | None) -> int:
    try:
        return record_id(text or "")
    except ValueError:
        raise NotFound() from None
