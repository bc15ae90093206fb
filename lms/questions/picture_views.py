"""The pictures of questions: the trainer's page of them, and the pictures themselves."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from lms.catalog.forms import stripped
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.questions.manage_views import EDIT, Page, managed_course
from lms.questions.manage_views import blueprint as manage_blueprint
from lms.questions.picture_models import QuestionPicture
from lms.questions.pictures import (
    LONGEST_ALT,
    add_picture,
    get_picture,
    get_picture_of,
    pictures_of,
    remove_picture,
    used_pictures,
)
from lms.web.auth import signed_in, staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import flash_refusal, show_refusal
from lms.web.stored import send_stored

blueprint = Blueprint("questions", __name__)
# Nothing in it may load or run anything, whoever opens it by itself.
_POLICY = "default-src 'none'"


class PictureForm(FlaskForm):
    alt = StringField(
        _l("图片内容"),
        [
            DataRequired(_l("请说明图片内容。")),
            Length(max=LONGEST_ALT, message=_l("不能超过 100 个字。")),
        ],
        filters=[stripped],
        description=_l("看不到图片的人会听到这段说明；说明里不要写出答案。"),
    )
    file = FileField(_l("图片文件"), [FileRequired(_l("请选择 JPG、PNG 或 WebP 图片。"))])


@manage_blueprint.route("/pictures", methods=["GET", "POST"])
@staff(EDIT)
def pictures(slug: str) -> Page:
    course = managed_course(slug)
    form = PictureForm()
    if form.validate_on_submit():
        try:
            with transaction():
                add_picture(current_user, course, form.file.data.stream, form.alt.data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("图片已保存。复制它的代码，粘贴到题干、选项或解析里。"), "success")
            return redirect(url_for("manage_questions.pictures", slug=slug))
    after = request.args.get("after", type=record_id)
    page = newest_first(pictures_of(course), QuestionPicture.id, after)
    shown = render_template(
        "questions/manage/pictures.html",
        course=course,
        form=form,
        page=page,
        used=used_pictures(course, page.rows),
    )
    return shown, 422 if form.errors else 200


@manage_blueprint.post("/pictures/<picture_id>/remove")
@staff(EDIT)
def remove_question_picture(slug: str, picture_id: str) -> AnyResponse:
    course = managed_course(slug)
    try:
        with transaction():
            remove_picture(current_user, get_picture_of(course, picture_id))
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash(_("图片已删除。"), "success")
    return redirect(url_for("manage_questions.pictures", slug=slug))


@blueprint.get("/questions/pictures/<picture_id>")
@signed_in
def picture(picture_id: str) -> Response:
    found = get_picture(current_user, picture_id)
    response = send_stored(found.path, "image/webp")
    response.headers["Content-Security-Policy"] = _POLICY
    # Of this person alone, and no longer than a sitting: rights may end.
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
