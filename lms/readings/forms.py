"""The form by which a trainer chooses what a lesson gives to read."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from lms.catalog.models import Etextbook, EtextbookFormat
from lms.readings.models import Reading
from lms.readings.operations import Stretch
from lms.readings.rules import seconds_allowed, usual_seconds

# A browser keeps blanks of this width in front of a choice.
_INDENT = "\u2003"
_FIRST = [InputRequired(_l("请填写起点。"))]
_LAST = [InputRequired(_l("请填写终点。"))]
_SECONDS = [InputRequired(_l("请填写秒数。"))]


class StretchForm(FlaskForm):
    """From where to where, and how long a page is read. Two kinds of books, two kinds of places."""

    first: Field
    last: Field
    book = HiddenField()
    page_seconds = IntegerField(_l("每页阅读时间（秒）"), _SECONDS)

    def stretch(self) -> Stretch:
        """What was filled in."""
        return Stretch(self.first.data, self.last.data, self.page_seconds.data)


class PagesForm(StretchForm):
    """A stretch of a PDF."""

    first = IntegerField(_l("从第几页"), _FIRST)
    last = IntegerField(_l("到第几页"), _LAST)


class EntriesForm(StretchForm):
    """A stretch of a book with a table of contents."""

    first = SelectField(_l("从"), _FIRST, coerce=int)
    last = SelectField(_l("到（含）"), _LAST, coerce=int)


def stretch_form(book: Etextbook, most: int, current: Reading | None) -> StretchForm:
    """The form for a book, of which `most` is the last page or entry; it shows what is in force."""
    is_pdf = book.format is EtextbookFormat.PDF
    is_same = current is not None and current.etextbook_id == book.id
    shown = {
        "first": current.first if current and is_same else (1 if is_pdf else 0),
        "last": current.last if current and is_same else most,
        "page_seconds": current.page_seconds if current and is_same else usual_seconds(is_pdf),
    }
    form: StretchForm = (PagesForm if is_pdf else EntriesForm)(data=shown)
    if isinstance(form, EntriesForm):
        choices = [
            SelectChoice(number, f"{_INDENT * (entry['depth'] - 1)}{entry['title']}")
            for number, entry in enumerate(book.contents)
        ]
        form.first.choices = form.last.choices = choices
    least, longest = seconds_allowed(is_pdf)
    form.page_seconds.description = _seconds_help(is_pdf, least, longest)
    return form


def _seconds_help(is_pdf: bool, least: int, most: int) -> str:
    if is_pdf:
        told = _(
            "按 PDF 的原页，通常每页 60 秒；可设 %(least)d 到 %(most)d 秒。", least=least, most=most
        )
    else:
        told = _(
            "按约 1200 字一页拆分，通常每页 180 秒；可设 %(least)d 到 %(most)d 秒。",
            least=least,
            most=most,
        )
    return str(told)
