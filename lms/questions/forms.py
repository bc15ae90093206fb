"""Forms of the trainer's question pages; those in which a question is written stand apart."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from lms.questions.kinds import KINDS, QuestionUse
from lms.web.choices import choices_of

DIFFICULTIES = {1: _l("易"), 2: _l("中"), 3: _l("难")}


class FilterForm(FlaskForm):
    class Meta:
        csrf = False

    q = StringField(_l("关键词"), render_kw={"type": "search"})
    kind = SelectField(_l("题型"), choices=choices_of(KINDS, _l("全部题型")), default="")
    use = SelectField(_l("用途"), choices=choices_of(QuestionUse, _l("全部用途")), default="")
    state = SelectField(
        _l("状态"),
        choices=[SelectChoice("", _l("使用中")), SelectChoice("retired", _l("已停用"))],
        default="",
    )


class ImportForm(FlaskForm):
    file = FileField(_l("题目文件"), [FileRequired(_l("请选择题目文件。"))])
