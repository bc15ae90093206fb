"""The two versions of QTI say the same in different names: `responseIdentifier` of 2.1 is
`response-identifier` in 3.0, `simpleChoice` is `qti-simple-choice`. All else here uses those of
2.1.
"""

import re
from dataclasses import dataclass

from lms.questions.formats.xml_files import LINE, Element, local_name

# Elements of HTML, which bear the same names in both versions.
HTML_NAMES = {"p", "br", "div", "span", "img"}


@dataclass(frozen=True)
class Version:
    """What the specification of a version names differently (QTI 2.1 and 3.0, IMS packages)."""

    number: str
    namespace: str
    schema: str
    template: str
    resource_type: str
    package_namespace: str
    package_schema: tuple[str, str]
    is_kebab: bool


V21 = Version(
    number="2.1",
    namespace="http://www.imsglobal.org/xsd/imsqti_v2p1",
    schema="http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct",
    resource_type="imsqti_item_xmlv2p1",
    package_namespace="http://www.imsglobal.org/xsd/imscp_v1p1",
    package_schema=("QTIv2.1 Package", "1.0.0"),
    is_kebab=False,
)
V30 = Version(
    number="3.0",
    namespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    schema="https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
    template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml",
    resource_type="imsqti_item_xmlv3p0",
    package_namespace="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    package_schema=("QTI Package", "3.0.0"),
    is_kebab=True,
)


def to_common(root: Element) -> Element:
    """The same tree without namespaces and in the names of 2.1, whichever version it is in."""
    common = Element(_camel(local_name(root).removeprefix("qti-")))
    for name, value in root.attrib.items():
        common.set(name if name == LINE else _camel(name.rpartition("}")[2]), value)
    common.text, common.tail = root.text, root.tail
    for each in root:
        if local_name(each):
            common.append(to_common(each))
        else:
            _keep_tail(common, each.tail)
    return common


def _keep_tail(parent: Element, tail: str | None) -> None:
    # A comment goes, the text behind it stays.
    if not tail:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


def to_version(root: Element, version: Version) -> Element:
    """The tree, written in the names of 2.1, in those of `version`; changes it in place."""
    if version.is_kebab:
        for element in root.iter():
            if element.tag not in HTML_NAMES:
                element.tag = f"qti-{_kebab(element.tag)}"
            names = {_kebab(name): value for name, value in element.attrib.items()}
            element.attrib.clear()
            element.attrib.update(names)
    root.set("xmlns", version.namespace)
    root.set("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
    root.set("xsi:schemaLocation", f"{version.namespace} {version.schema}")
    return root


def _camel(name: str) -> str:
    return re.sub(r"-([a-z])", lambda found: found.group(1).upper(), name)


def _kebab(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: f"-{found.group().lower()}", name)
