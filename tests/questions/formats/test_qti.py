"""QTI items of both versions as others write them, and ours by the element names of the
specification."""

import io
import zipfile
from xml.etree import ElementTree

import pytest

from lms.questions.formats import QTI_21, QTI_30
from lms.questions.formats.qti_names import V21, V30, to_common
from lms.questions.formats.reading import Entry
from lms.questions.kinds import QuestionKind
from tests.questions.formats.support import (
    ENTRIES,
    facts,
    notes,
    one,
    read,
    said,
    sound,
    zipped,
)

pytestmark = pytest.mark.no_database
KIND = QuestionKind
NS21, NS30 = f"{{{V21.namespace}}}", f"{{{V30.namespace}}}"
# Names of the specification (QTI 2.1 information model; QTI 3.0 turns them into kebab case).
ITEM_NAMES = {
    *("assessmentItem", "responseDeclaration", "correctResponse", "value", "mapping", "mapEntry"),
    *("outcomeDeclaration", "defaultValue", "itemBody", "responseProcessing", "modalFeedback"),
    *("choiceInteraction", "orderInteraction", "matchInteraction", "textEntryInteraction"),
    *("prompt", "simpleChoice", "simpleMatchSet", "simpleAssociableChoice", "p", "br"),
    *("responseCondition", "responseIf", "responseElse", "match", "variable", "correct", "and"),
    *("equal", "mapResponse", "baseValue", "setOutcomeValue"),
}


def item(declarations: str, body: str, rest: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><assessmentItem '
        f'xmlns="{V21.namespace}" identifier="i1" title="t" adaptive="false" timeDependent="false">'
        f"{declarations}<itemBody>{body}</itemBody>{rest}</assessmentItem>"
    )


def declared(*values: str, cardinality="single", base="identifier", more="") -> str:
    correct = "".join(f"<value>{value}</value>" for value in values)
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" '
        f'baseType="{base}"><correctResponse>{correct}</correctResponse>{more}</responseDeclaration>'
    )


def choices(maximum: int, texts="甲乙丙", name="choiceInteraction") -> str:
    inner = "".join(
        f'<simpleChoice identifier="C{n}">{text}</simpleChoice>' for n, text in enumerate(texts)
    )
    return (
        f'<{name} responseIdentifier="RESPONSE" shuffle="true" maxChoices="{maximum}">'
        f"<prompt>选 <b>一</b> 个</prompt>{inner}</{name}>"
    )


def test_single_and_multiple_choice():
    found = sound(item(declared("C1"), f"<p>看材料。</p>{choices(1)}"))
    assert (found.kind, found.text) == (KIND.SINGLE, "看材料。\n选 一 个")
    assert (found.options, found.answer) == (("甲", "乙", "丙"), (1,))
    several = item(declared("C2", "C0", cardinality="multiple"), choices(0))
    assert (sound(several).kind, sound(several).answer) == (KIND.MULTIPLE, (0, 2))


def test_the_same_in_the_names_of_3_0():
    content = (
        f'<qti-assessment-item xmlns="{V30.namespace}" identifier="i" title="t" '
        'adaptive="false" time-dependent="false"><qti-response-declaration identifier="RESPONSE" '
        'cardinality="single" base-type="identifier"><qti-correct-response><qti-value>B</qti-value>'
        "</qti-correct-response></qti-response-declaration><qti-item-body>"
        '<qti-choice-interaction response-identifier="RESPONSE" max-choices="1"><qti-prompt>选'
        '</qti-prompt><qti-simple-choice identifier="A">甲<qti-feedback-inline '
        'outcome-identifier="F" identifier="A" show-hide="show">不对</qti-feedback-inline>'
        '</qti-simple-choice><qti-simple-choice identifier="B">乙</qti-simple-choice>'
        "</qti-choice-interaction></qti-item-body><qti-modal-feedback outcome-identifier='F' "
        "identifier='x' show-hide='show'><qti-content-body>讲解</qti-content-body>"
        "</qti-modal-feedback></qti-assessment-item>"
    )
    found = sound(content)
    assert (found.options, found.answer) == (("甲", "乙"), (1,))
    assert found.explanation == "讲解\n甲：不对"


def test_blanks_with_their_accepted_forms():
    mapping = (
        '<mapping defaultValue="0"><mapEntry mapKey="Peking" mappedValue="1"/>'
        '<mapEntry mapKey="北平" mappedValue="0.5"/></mapping>'
    )
    body = '<p>首都是 <textEntryInteraction responseIdentifier="RESPONSE"/> 。</p>'
    draft = one(item(declared("北京", base="string", more=mapping), body))
    assert draft.facts.text == "首都是 ____ 。"
    assert draft.facts.answer == (("北京", "Peking"),)
    assert "部分得分" in notes(draft)


def test_order_is_that_of_the_answer():
    content = item(
        declared("C2", "C0", "C1", cardinality="ordered"), choices(0, name="orderInteraction")
    )
    assert sound(content).options == ("丙", "甲", "乙")


def matching(*pairs: str) -> str:
    sides = (("L1", "山东"), ("L2", "江苏")), (("R1", "南京"), ("R2", "济南"), ("R3", "青岛"))
    sets = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{name}" matchMax="1">{text}'
            "</simpleAssociableChoice>"
            for name, text in side
        )
        + "</simpleMatchSet>"
        for side in sides
    )
    return item(
        declared(*pairs, cardinality="multiple", base="directedPair"),
        f'<matchInteraction responseIdentifier="RESPONSE"><prompt>配</prompt>{sets}'
        "</matchInteraction>",
    )


def test_pairs_and_what_is_left_over():
    found = sound(matching("L1 R2", "L2 R1"))
    assert found.options == (("山东", "济南"), ("江苏", "南京"), ("", "青岛"))
    assert said(one(matching("L1 R2")))
    assert said(one(matching("L1 R2", "L1 R1")))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (item("", '<extendedTextInteraction responseIdentifier="R"/>'), "问答题"),
        (item("", '<hottextInteraction responseIdentifier="R"/>'), "hottextInteraction"),
        (item("", "<p>只有文字</p>"), "没有作答部分"),
        (item("", choices(1)), "没有标明正确答案"),
        (item(declared("C9"), choices(1)), "答案不在选项之中"),
        (item(declared("C0"), choices(1) * 2), "多个作答部分"),
        (item(declared("C0"), f'<p><printedVariable identifier="V"/></p>{choices(1)}'), "变量"),
        (
            item(declared("C0", cardinality="ordered"), choices(0, name="orderInteraction")),
            "全部各项",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(content, reason):
    assert reason in "\n".join(said(one(content)))


def test_what_is_left_out_is_named():
    mapping = (
        '<mapping><mapEntry mapKey="C0" mappedValue="2"/>'
        '<mapEntry mapKey="C1" mappedValue="1"/></mapping>'
    )
    rubric = '<rubricBlock view="scorer"><p>给分</p></rubricBlock>'
    body = f'{rubric}<img src="a.png" alt="图"/>{choices(0)}'
    rest = (
        "<responseProcessing><setOutcomeValue identifier='S'><sum><variable identifier='R'/></sum>"
        "</setOutcomeValue></responseProcessing>"
    )
    content = item(declared("C0", "C1", cardinality="multiple", more=mapping), body, rest)
    draft = one(content)
    assert draft.facts.kind is KIND.MULTIPLE
    for part in ("评分说明", "图片“图”", "分值没有保留", "计分规则", "样式"):
        assert part in notes(draft), part


def test_package_is_read_by_its_manifest():
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><resources>'
        '<resource identifier="t" type="imsqti_test_xmlv2p1" href="test.xml"/>'
        '<resource identifier="a" type="imsqti_item_xmlv2p1" href="items/%E7%94%B2.xml"><metadata>'
        '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><keyword><string>法规</string></keyword>'
        "</general><educational><difficulty><source>LOMv1.0</source><value>very difficult</value>"
        "</difficulty></educational></lom></metadata></resource>"
        '<resource identifier="b" type="imsqti_item_xmlv2p1" href="items/b.xml"/>'
        '<resource identifier="c" type="imsqti_item_xmlv2p1" href="../c.xml"/>'
        "</resources></manifest>"
    )
    package = zipped(
        {
            "bank/imsmanifest.xml": manifest,
            "bank/items/甲.xml": item(declared("C1"), choices(1)),
            "bank/items/b.xml": "<assessmentItem><broken>",
            "bank/unlisted.xml": item(declared("C1"), choices(1)),
        }
    )
    reading = read(package)
    [good] = reading.sound
    assert (good.facts.topic, good.facts.difficulty) == ("法规", 3)
    assert good.place.file == "bank/items/甲.xml"
    assert [draft.place.file for draft in reading.faulty] == ["bank/items/b.xml", "../c.xml"]
    assert "试卷结构" in str(reading.notes[0])


def test_items_without_a_manifest_are_found():
    package = zipped({"a.xml": item(declared("C1"), choices(1)), "note.txt": "x"})
    assert len(read(package).sound) == 1


@pytest.mark.parametrize(
    ("found", "version", "root"),
    [(QTI_21, V21, f"{NS21}assessmentItem"), (QTI_30, V30, f"{NS30}qti-assessment-item")],
)
def test_items_are_of_the_elements_of_the_specification(found, version, root):
    with zipfile.ZipFile(io.BytesIO(found.write(ENTRIES))) as archive:
        manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
        listed = [each for each in manifest.iter() if each.tag.endswith("}resource")]
        assert {each.get("type") for each in listed} == {version.resource_type}
        assert [each.get("href") for each in listed] == archive.namelist()[1:]
        for each in listed:
            _check_item(ElementTree.fromstring(archive.read(each.get("href"))), root)


def _check_item(tree, root: str) -> None:
    assert tree.tag == root
    namespace = root.partition("}")[0]
    assert all(each.tag.startswith(namespace) for each in tree.iter())
    common = to_common(tree)
    assert {each.tag for each in common.iter()} - {"contentBody"} <= ITEM_NAMES
    order = [each.tag for each in common]
    ranks = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing"]
    ranks.append("modalFeedback")
    assert [ranks.index(name) for name in order] == sorted(ranks.index(name) for name in order)
    declarations = {each.get("identifier") for each in common.iter("responseDeclaration")}
    used = {v for each in common.iter() if (v := each.get("responseIdentifier"))}
    assert used == declarations
    outcomes = {each.get("identifier") for each in common.iter("outcomeDeclaration")}
    assert {each.get("identifier") for each in common.iter("setOutcomeValue")} <= outcomes


def test_attributes_of_3_0_are_in_its_case():
    blank = Entry(facts(KIND.FILL_IN, "甲____", (), (("1",),), explanation="因为"))
    with zipfile.ZipFile(io.BytesIO(QTI_30.write([blank]))) as archive:
        text = archive.read("items/q0001.xml").decode()
    for part in ("time-dependent=", "base-type=", "map-key=", "response-identifier=", "show-hide="):
        assert part in text
    assert "<qti-content-body>因为</qti-content-body>" in text
