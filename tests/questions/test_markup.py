"""What of a question's text is markup, and that all the rest is text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.markup import Formula, Picture, parts_of
from lms.questions.shown import question_text, question_words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("没有公式", ["没有公式"]),
        ("", []),
        ("设 $x^2$ 为", ["设 ", Formula("x^2", False), " 为"]),
        ("$$\\frac{1}{2}$$", [Formula("\\frac{1}{2}", True)]),
        ("$$\na\n$$后", [Formula("a", True), "后"]),
        ("$a$$b$", [Formula("a", False), Formula("b", False)]),
        ("![图](picture:0123456789abcdef)", [Picture("0123456789abcdef", "图")]),
        ("a![](picture:0123456789abcdef)b", ["a", Picture("0123456789abcdef", ""), "b"]),
        ("![图](picture:1)", ["![图](picture:1)"]),
        ("![图](https://example.org/x.png)", ["![图](https://example.org/x.png)"]),
        ("![图](picture:0123456789abcdef/../x)", ["![图](picture:0123456789abcdef/../x)"]),
        ("价格 $5 或 $6", ["价格 $5 或 $6"]),
        ("$ x $", ["$ x $"]),
        ("只有一个 $", ["只有一个 $"]),
        ("$一行\n另一行$", ["$一行\n另一行$"]),
    ],
)
def test_formulas_stand_between_dollar_signs(text, parts):
    assert parts_of(text) == parts


@given(st.text(alphabet="$a<&> \n5", max_size=30))
def test_nothing_of_a_text_is_run_or_lost(text):
    html = question_text(text)
    bare = html.replace("<span", "").replace("</span>", "")
    assert "<" not in bare.replace('class="formula', "").replace("&lt;", "")
    assert sum(map(question_words(text).count, "a<&>5")) == sum(map(text.count, "a<&>5"))


def test_markup_of_others_is_escaped_within_and_without_formulas():
    html = question_text('<b>"$<script>$')
    assert html == '&lt;b&gt;&#34;<span class="formula" data-formula="inline">&lt;script&gt;</span>'


def test_picture_is_an_image_of_this_site_and_its_words_are_escaped(app):
    with app.test_request_context():
        html = question_text('![">x](picture:0123456789abcdef)')
    address = "/questions/pictures/0123456789abcdef"
    assert html == f'<img class="question-picture" src="{address}" alt="&#34;&gt;x">'
    assert question_words("![图](picture:0123456789abcdef)后") == "图后"


def test_words_alone_hold_no_tags():
    assert question_words("面积 $a^2$ < 4") == "面积 a^2 < 4"
