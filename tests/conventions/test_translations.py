"""Every text is collected for translation, and the English catalogue is complete and sound."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import nodes

from lms.config import ROOT

pytestmark = pytest.mark.no_database

CATALOGUE = ROOT / "lms" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "_lp": ((1, "c"), 2)}
SOURCES = {"lms", "templates"}

# Ideographs, and the punctuation and wide letters that go with them.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")
LONE_PERCENT = re.compile(r"%(?!\(\w+\)[a-z])")

# Python files whose Chinese is not text of the interface.
# An English text may quote what stands in Chinese on a form or in an app: “姓名” (name).
QUOTED = re.compile(r"[“(][\u4e00-\u9fff]+[”,)]")
CHINESE_DATA = {
    "lms/accounts/rules.py": "the dots that stand inside names",
    "lms/administration/cli.py": "the terminal shows both languages side by side",
    "lms/administration/registration_forms.py": "what may stand in a telephone number",
    "lms/auditing/export.py": "files travel, so their punctuation is the same in every language",
    "lms/auditing/labels.py": "the colon between a label and what it labels",
    "lms/catalog/covers.py": "finds where a Chinese title may break into lines",
    "lms/certificates/merging.py": "a reason kept with the certificate",
    "lms/certificates/pdf.py": "certificates are documents in Chinese in every language",
    "lms/certificates/rules.py": "the dots that stand inside names",
    "lms/certificates/subset_font.py": "characters the certificate's font must have",
    "lms/cli.py": "the terminal shows both languages side by side",
    "lms/config.py": "the issuer printed on certificates",
    "lms/demo.py": "demonstration content",
    "lms/demo_people.py": "demonstration people and organizations",
    "lms/demo_schemes.py": "demonstration content",
    "lms/exams/regrade/restudy.py": "a remark kept with an application",
    "lms/hourbank/api_examples.py": "examples of the intake API, which is spoken in Chinese",
    "lms/hours/lectures.py": "titles and reasons kept in the hour bank's ledger",
    "lms/questions/behaviours/fill_in.py": "the brackets about the number of a blank",
    "lms/questions/facts.py": "the options of true-or-false questions are stored with them",
    "lms/questions/formats/gift_reading.py": "words that join an explanation, kept with it",
    "lms/questions/formats/markup.py": "kept with the question: what stands for a picture",
    "lms/questions/formats/moodle_reading.py": "the sentences that Moodle gives every question",
    "lms/questions/formats/qti.py": "words of files, which travel: the same in every language",
    "lms/questions/formats/qti_package.py": "words of files, which travel",
    "lms/questions/formats/reading.py": "the punctuation of files, which travel",
    "lms/questions/formats/sheets.py": "words of files, which travel: the same in every language",
    "lms/questions/formats/tags.py": "words of files, which travel: the same in every language",
    "lms/questions/formats/workbook.py": "words of files, which travel: the same in every language",
    "lms/questions/formats/workbook_cells.py": "words of files, which travel",
    "lms/roster/cells.py": "words of files, which travel: the same in every language",
    "lms/roster/checking.py": "the comma between numbers of rows, kept with the problem",
    "lms/roster/marking.py": "words of files, which travel: the same in every language",
    "lms/roster/reader.py": "words of files, which travel: the same in every language",
    "lms/roster/rules.py": "words of files, which travel: the same in every language",
    "lms/roster/scope.py": "brackets of names, full or half width",
    "lms/roster/template_workbook.py": "words of files, which travel: the same in every language",
    "lms/roster/words.py": "words of files, which travel: the same in every language",
    "lms/roster/xlsx.py": "the name of a font",
    "lms/videos/models.py": "a language's own name",
    "lms/web/downloads.py": "the wide signs that may begin a formula",
    "lms/web/languages.py": "a language's own name",
}

PYTHON_FILES = sorted((ROOT / "lms").rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if "pdf" not in path.parts)
SCRIPTS = sorted((ROOT / "lms" / "static" / "js").rglob("*.js"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _is_source(folder: str | Path) -> bool:
    parts = Path(folder).relative_to(ROOT).parts
    return not parts or parts[0] in SOURCES


@cache
def _source_messages() -> Catalog:
    with (ROOT / "script" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for path, _line, message, _comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS, directory_filter=_is_source
    ):
        # Messages of templates are always formatted, so a bare "%" breaks the page.
        flags = {"template"} if path.startswith("templates") else set()
        found.add(message, context=context, flags=flags)
    return found


@cache
def _english() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text or ""] if isinstance(text, str | None) else list(text)


def _pairs() -> Iterator[tuple[Message, Message | None]]:
    english = _english()
    for source in _source_messages():
        if source.id:
            yield source, english.get(source.id, source.context)


def test_messages_of_code_templates_and_macros_are_found():
    found = {message.id for message in _source_messages()}
    assert {"公需科目", "跳到正文", "请确认", "请先登录"} <= found


def test_english_translates_every_message():
    missing = [
        _forms(source.id)[0]
        for source, english in _pairs()
        if english is None or not all(_forms(english.string))
    ]
    assert missing == []


def test_english_has_no_message_that_is_gone():
    source = _source_messages()
    gone = [m.id for m in _english() if m.id and source.get(m.id, m.context) is None]
    assert gone == []


def test_no_translation_is_fuzzy():
    assert [message.id for message in _english() if message.id and message.fuzzy] == []


def test_translations_keep_the_placeholders():
    wrong = []
    for source, english in _pairs():
        expected = sorted(PLACEHOLDER.findall(_forms(source.id)[0]))
        for text in _forms(english.string) if english else []:
            if sorted(PLACEHOLDER.findall(text)) != expected:
                wrong.append((source.id, text))
    assert wrong == []


def test_messages_of_templates_have_no_lone_percent_sign():
    """Jinja formats every message, so a literal percent sign is written twice."""
    texts = [
        text
        for source, english in _pairs()
        if "template" in source.flags
        for text in [*_forms(source.id), *(_forms(english.string) if english else [])]
    ]
    assert [text for text in texts if LONE_PERCENT.search(text.replace("%%", ""))] == []


def test_english_texts_hold_no_chinese():
    texts = [(m.id, QUOTED.sub("", text)) for m in _english() if m.id for text in _forms(m.string)]
    assert [pair for pair in texts if CHINESE.search(pair[1])] == []


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    # Any string that stands alone as a statement explains; nobody sees it on a page.
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _given_to_gettext(tree: ast.AST) -> Iterator[ast.AST]:
    # Only literal arguments: Babel does not find a text inside an expression.
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in KEYWORDS:
                yield from (arg for arg in node.args if isinstance(arg, ast.Constant))


def _chinese_literals(source: str) -> list[str]:
    tree = ast.parse(source)
    free = {id(node) for node in [*_docstrings(tree), *_given_to_gettext(tree)]}
    return [
        f"{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in free
        and CHINESE.search(node.value)
    ]


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('flash("已保存")', 1),
        ('flash(_("甲" if done else "乙"))', 2),
        ('flash(_(f"甲{name}"))', 1),
        ('flash(_("已保存"))', 0),
        ('label = babel.lazy_gettext("甲" "乙")', 0),
        ('ngettext("%(num)d 题", "%(num)d 题", 2)', 0),
        ('def f():\n    """学时。"""\n    # 注释', 0),
    ],
)
def test_chinese_outside_gettext_is_noticed(source, count):
    assert len(_chinese_literals(source)) == count


@pytest.mark.parametrize("path", PYTHON_FILES, ids=_name)
def test_chinese_of_code_is_translatable(path):
    literals = _chinese_literals(path.read_text(encoding="utf-8"))
    # A file that no longer holds any must leave the list.
    assert bool(literals) == (_name(path) in CHINESE_DATA), literals


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_chinese_of_template_expressions_is_translatable(path, session_app):
    """A literal inside an expression that is given to gettext would not be collected."""
    tree = session_app.jinja_env.parse(path.read_text(encoding="utf-8"))
    given = [
        argument
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in KEYWORDS
        for argument in call.args
    ]
    assert [
        constant.value
        for constant in tree.find_all(nodes.Const)
        if isinstance(constant.value, str)
        and CHINESE.search(constant.value)
        and not any(constant is argument for argument in given)
    ] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_scripts_hold_no_chinese(path):
    """Texts of scripts come from data attributes of the page."""
    assert not CHINESE.search(path.read_text(encoding="utf-8"))
