"""Question texts in pages: everything is escaped but the little markup that they may hold."""

from typing import Any

from flask import Flask, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from lms.questions.markup import Formula, Part, Picture, parts_of

# The script puts MathML in their place; without it the TeX can be read.
_INLINE = Markup('<span class="formula" data-formula="inline">{}</span>')
_BLOCK = Markup('<span class="formula formula-block" data-formula="block">{}</span>')
_PICTURE = Markup('<img class="question-picture" src="{}" alt="{}">')


def register(app: Flask) -> None:
    app.jinja_env.filters["question_text"] = question_text
    app.jinja_env.filters["question_words"] = question_words


def question_text(text: Any) -> Markup:
    """A text of a question, an option or an explanation, as HTML."""
    return Markup("").join(_html(part) for part in parts_of(str(text)))


def question_words(text: Any) -> str:
    """The same for places that hold words alone, such as the choices of a list."""
    return "".join(_words(part) for part in parts_of(str(text)))


def _words(part: Part) -> str:
    if isinstance(part, Picture):
        return part.alt or _("图片")
    return part.tex if isinstance(part, Formula) else part


def _html(part: Part) -> Markup:
    if isinstance(part, Formula):
        return (_BLOCK if part.is_block else _INLINE).format(part.tex)
    if isinstance(part, Picture):
        address = url_for("questions.picture", picture_id=part.public_id)
        return _PICTURE.format(address, part.alt)
    return Markup.escape(part)
