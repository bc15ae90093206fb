"""A question as a QTI item, in the names of 2.1."""

from collections.abc import Sequence
from xml.etree.ElementTree import SubElement

from lms.questions.formats.blanks import around_blanks
from lms.questions.formats.markup import to_tex
from lms.questions.formats.qti_names import Version, to_version
from lms.questions.formats.xml_files import Element, serialise
from lms.questions.kinds import QuestionKind
from lms.questions.rules import LETTERS, QuestionFacts

EXPLANATION = "explanation"
_TITLE_LENGTH = 60


def write_item(facts: QuestionFacts, identifier: str, version: Version) -> bytes:
    """The item as a file."""
    title = to_tex(facts.text).replace("\n", " ")[:_TITLE_LENGTH]
    root = Element(
        "assessmentItem",
        identifier=identifier,
        title=title,
        adaptive="false",
        timeDependent="false",
    )
    body = Element("itemBody")
    _WRITERS[facts.kind](root, body, facts)
    _declare_outcomes(root, facts)
    root.append(body)
    _write_processing(root, facts, version)
    if facts.explanation:
        _write_explanation(root, facts.explanation, version)
    return serialise(to_version(root, version))


def _declare(
    root: Element, identifier: str, cardinality: str, base: str, values: Sequence[str]
) -> Element:
    declaration = SubElement(
        root, "responseDeclaration", identifier=identifier, cardinality=cardinality, baseType=base
    )
    correct = SubElement(declaration, "correctResponse")
    for value in values:
        SubElement(correct, "value").text = value
    return declaration


def _write_choices(root: Element, body: Element, facts: QuestionFacts) -> None:
    is_multiple = facts.kind is QuestionKind.MULTIPLE
    rights = [LETTERS[index] for index in facts.answer]
    _declare(root, "RESPONSE", "multiple" if is_multiple else "single", "identifier", rights)
    is_judged = facts.kind is QuestionKind.TRUE_FALSE
    interaction = SubElement(
        body,
        "choiceInteraction",
        responseIdentifier="RESPONSE",
        shuffle="false" if is_judged else "true",
        maxChoices="0" if is_multiple else "1",
    )
    _fill(SubElement(interaction, "prompt"), facts.text)
    for letter, option in zip(LETTERS, facts.options, strict=False):
        _fill(SubElement(interaction, "simpleChoice", identifier=letter), option)


def _write_blanks(root: Element, body: Element, facts: QuestionFacts) -> None:
    paragraph = SubElement(body, "p")
    parts = around_blanks(facts.text)
    _fill(paragraph, parts[0])
    for number, (forms, part) in enumerate(zip(facts.answer, parts[1:], strict=True), start=1):
        name = f"RESPONSE{number}"
        declaration = _declare(root, name, "single", "string", [forms[0]])
        mapping = SubElement(declaration, "mapping", defaultValue="0")
        for form in forms:
            SubElement(mapping, "mapEntry", mapKey=form, mappedValue="1", caseSensitive="false")
        longest = str(max(len(form) for form in forms))
        SubElement(
            paragraph, "textEntryInteraction", responseIdentifier=name, expectedLength=longest
        )
        _fill(paragraph, part)


def _write_ordering(root: Element, body: Element, facts: QuestionFacts) -> None:
    names = LETTERS[: len(facts.options)]
    _declare(root, "RESPONSE", "ordered", "identifier", names)
    interaction = SubElement(
        body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true"
    )
    _fill(SubElement(interaction, "prompt"), facts.text)
    for name, option in zip(names, facts.options, strict=True):
        _fill(SubElement(interaction, "simpleChoice", identifier=name), option)


def _write_pairs(root: Element, body: Element, facts: QuestionFacts) -> None:
    count = len(facts.answer)
    pairs = [f"L{number} R{number}" for number in range(1, count + 1)]
    _declare(root, "RESPONSE", "multiple", "directedPair", pairs)
    interaction = SubElement(
        body,
        "matchInteraction",
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxAssociations=str(count),
    )
    _fill(SubElement(interaction, "prompt"), facts.text)
    sides = (
        ("L", [left for left, _ in facts.options[:count]]),
        ("R", [r for _, r in facts.options]),
    )
    for sign, texts in sides:
        matched = SubElement(interaction, "simpleMatchSet")
        for number, text in enumerate(texts, start=1):
            choice = SubElement(
                matched, "simpleAssociableChoice", identifier=f"{sign}{number}", matchMax="1"
            )
            _fill(choice, text)


_WRITERS = {
    QuestionKind.SINGLE: _write_choices,
    QuestionKind.MULTIPLE: _write_choices,
    QuestionKind.TRUE_FALSE: _write_choices,
    QuestionKind.FILL_IN: _write_blanks,
    QuestionKind.ORDERING: _write_ordering,
    QuestionKind.MATCHING: _write_pairs,
}


def _declare_outcomes(root: Element, facts: QuestionFacts) -> None:
    score = SubElement(
        root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float"
    )
    SubElement(SubElement(score, "defaultValue"), "value").text = "0"
    if facts.explanation:
        SubElement(
            root,
            "outcomeDeclaration",
            identifier="FEEDBACK",
            cardinality="single",
            baseType="identifier",
        )


def _write_processing(root: Element, facts: QuestionFacts, version: Version) -> None:
    is_blank = facts.kind is QuestionKind.FILL_IN
    if not is_blank and not facts.explanation:
        SubElement(root, "responseProcessing", template=version.template)
        return
    processing = SubElement(root, "responseProcessing")
    condition = SubElement(processing, "responseCondition")
    right = SubElement(condition, "responseIf")
    if is_blank:
        _write_blank_test(right, len(facts.answer))
    else:
        match = SubElement(right, "match")
        SubElement(match, "variable", identifier="RESPONSE")
        SubElement(match, "correct", identifier="RESPONSE")
    _set_outcome(right, "SCORE", "float", "1")
    _set_outcome(SubElement(condition, "responseElse"), "SCORE", "float", "0")
    if facts.explanation:
        _set_outcome(processing, "FEEDBACK", "identifier", EXPLANATION)


def _write_blank_test(parent: Element, count: int) -> None:
    whole = SubElement(parent, "and") if count > 1 else parent
    for number in range(1, count + 1):
        equal = SubElement(whole, "equal", toleranceMode="exact")
        SubElement(equal, "mapResponse", identifier=f"RESPONSE{number}")
        SubElement(equal, "baseValue", baseType="float").text = "1"


def _set_outcome(parent: Element, identifier: str, base: str, value: str) -> None:
    setting = SubElement(parent, "setOutcomeValue", identifier=identifier)
    SubElement(setting, "baseValue", baseType=base).text = value


def _write_explanation(root: Element, text: str, version: Version) -> None:
    feedback = SubElement(
        root,
        "modalFeedback",
        outcomeIdentifier="FEEDBACK",
        identifier=EXPLANATION,
        showHide="show",
    )
    # From 3.0 on, what is shown stands in a body of its own.
    _fill(SubElement(feedback, "contentBody") if version.is_kebab else feedback, text)


def _fill(element: Element, text: str) -> None:
    first, *others = to_tex(text).split("\n")
    _append(element, first)
    for line in others:
        SubElement(element, "br").tail = line


def _append(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
