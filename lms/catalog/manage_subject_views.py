"""Staff page: the subjects under which a course is found."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice

from lms.catalog.manage_views import EDIT, Page, blueprint, managed_course
from lms.catalog.models import Course
from lms.catalog.subject_operations import set_subjects, subjects_of
from lms.catalog.subject_tree import SUBJECT_GROUPS, SUBJECTS
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.web.auth import staff
from lms.web.refusals import show_refusal


class SubjectsForm(FlaskForm):
    """Codes of subjects; the page shows them as boxes to tick, group by group."""

    codes = SelectMultipleField(
        _l("学科"), choices=[SelectChoice(each.code, each.label) for each in SUBJECTS.values()]
    )


@blueprint.route("/<slug>/subjects", methods=["GET", "POST"])
@staff(EDIT)
def subjects(slug: str) -> Page:
    found = managed_course(slug)
    form = SubjectsForm()
    if request.method == "GET":
        form.codes.data = [subject.code for subject in subjects_of(found)]
    if form.validate_on_submit():
        try:
            with transaction():
                set_subjects(current_user, found, form.codes.data or [])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("学科已保存。"), "success")
            return redirect(url_for("manage_catalog.subjects", slug=slug))
    page = render_template(
        "catalog/manage/subjects.html", course=found, form=form, groups=SUBJECT_GROUPS
    )
    return page, 422 if form.errors else 200


def subjects_tab(course: Course) -> str:
    """Filler of "manage.tab"."""
    return render_template("catalog/manage/_subjects_tab.html", course=course)
