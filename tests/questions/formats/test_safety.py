"""Files that mean harm, or are not what they seem: each is refused in a sentence, in time."""

import io
import time
import zipfile

import pytest

from lms.core.errors import Invalid
from lms.questions.formats import recognize
from lms.questions.formats.files import MAX_BYTES, MAX_PACKAGE_BYTES, open_package
from tests.questions.formats.support import one, read, said, zipped
from tests.questions.formats.test_moodle import answer, question
from tests.questions.formats.test_qti import choices, declared, item

pytestmark = pytest.mark.no_database
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    "<quiz><question type='essay'><name><text>&b;</text></name></question></quiz>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    "<quiz><question type='essay'><name><text>&a;</text></name></question></quiz>"
)
BARE_TYPE = '<!DOCTYPE quiz SYSTEM "http://example.com/x.dtd"><quiz/>'


def refusal(content: bytes | str) -> str:
    with pytest.raises(Invalid) as refused:
        read(content)
    assert refused.value.field == "file"
    return str(refused.value.message)


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE, BARE_TYPE], ids=["bomb", "outside", "type"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_declarations_of_its_own_is_refused(content, encoding):
    content = content.replace('<?xml version="1.0"?>', "") if encoding == "utf-16" else content
    assert "DTD" in refusal(content.encode(encoding))


def test_an_item_of_a_package_is_read_no_less_carefully():
    bomb = LAUGHS.replace("quiz", "assessmentItem")
    reading = read(zipped({"a.xml": bomb, "b.xml": item(declared("C1"), choices(1))}))
    assert "DTD" in said(reading.faulty[0])[0]
    assert len(reading.sound) == 1


def test_xml_too_deep_or_too_wide_is_refused():
    assert "层次" in refusal("<quiz>" + "<a>" * 200 + "</a>" * 200 + "</quiz>")
    assert "过多" in refusal("<quiz>" + "<a/>" * 300_000 + "</quiz>")


def test_broken_xml_is_told_with_its_line():
    assert "第 3 行" in refusal("<quiz>\n<question>\n</quiz>")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "空"),
        (b"  \n ", "空"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "编码"),
        (b"%PDF-1.7 plain words", "认不出"),
        (b"a" * (MAX_BYTES + 1), "4 MB"),
        (b"<?xml version='1.0'?><questestinterop/>", "QTI 1.2"),
        (b"<?xml version='1.0'?><html/>", "html"),
        (b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><quiz/>', "编码"),
        (b'<?xml version="1.0" encoding="rot13"?><quiz/>', "编码"),
        (b"PK\x03\x04 no archive", "损坏"),
        (zipped({"x.txt": "x"}), "没有题目"),
        (b"<quiz></quiz>", "没有题目"),
    ],
)
def test_what_is_no_question_file_is_refused(content, part):
    assert part in refusal(content)


def test_a_package_has_its_own_limit():
    with pytest.raises(Invalid, match="20 MB"):
        recognize(b"PK\x03\x04" + b"0" * MAX_PACKAGE_BYTES)


def test_zip_bombs_are_refused_before_they_are_unpacked():
    assert "过大" in refusal(zipped({f"{n}.xml": b"0" * 9_000_000 for n in range(8)}))
    assert "过大" in refusal(zipped({"a.xml": b"0" * 5_000_000}))
    assert "过大" in refusal(zipped({f"{n}.xml": b"" for n in range(3001)}))


def test_a_part_that_is_larger_than_it_says_is_refused():
    content = zipped({"a.xml": b"<a>" + b"0" * 40_000_000})
    # The directory at the end of the archive is made to promise a kilobyte.
    lying = content.replace((40_000_003).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    package = open_package(lying)
    with pytest.raises(Invalid):
        package.read("a.xml")


@pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "C:/a.xml", "x/../../a.xml", "..\\a.xml"])
def test_names_that_lead_out_of_a_package_are_refused(name):
    assert "不允许" in refusal(zipped({name: item(declared("C1"), choices(1))}))


def test_links_and_repeated_names_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "不允许" in refusal(out.getvalue())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xml", "x")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.xml", "y")
    assert "不允许" in refusal(out.getvalue())


def test_damaged_streams_are_refused():
    content = bytearray(zipped({"a.xml": bytes(range(256)) * 400}))
    content[60:90] = b"\xff" * 30
    with pytest.raises(Invalid):
        open_package(bytes(content)).read("a.xml")


def test_script_never_becomes_text():
    text = (
        "<p onclick='x()'>看<script>alert(1)</script><style>p{}</style><svg onload=x()>y</svg></p>"
    )
    draft = one(question("truefalse", answer("true", 100), text))
    assert draft.facts.text == "看"


def test_control_characters_are_named():
    assert "控制字符" in said(one("前\x0b后 {T}"))[0]


@pytest.mark.parametrize(
    "content",
    [
        "题 {" + "=" * 3_900_000 + "}",
        "题 {" + "~" * 3_900_000 + "}",
        "题 {" + "=甲->" * 300_000 + "}",
        "题" + r"\\(" * 900_000 + " {T}",
        "// " + "[tag:" * 700_000 + "\n题 {T}",
        "$CATEGORY: x\n" * 280_000 + "题 {T}",
        "题 {T}\n\n" * 400_000,
        "题 {T}" + "<b>" * 900_000,
        "::" * 1_900_000 + "{T}",
        "题 {#" + "1=" * 1_900_000 + "}",
        question("cloze", "", "{1:SA:" * 600_000),
        question("truefalse", answer("true", 100), "<b>" * 6000),
        question("multichoice", answer("甲", 100) * 30_000),
        question("matching", "<subquestion><text>a</text></subquestion>" * 40_000),
        "<!--" * 900_000,
        "题型,题干,答案\n" + '"' * 3_900_000,
    ],
    ids=range(16),
)
def test_no_small_file_keeps_the_server_busy(content):
    start = time.process_time()
    try:
        drafts = read(content).drafts
    except Invalid:
        drafts = []
    assert time.process_time() - start < 5
    assert not any(len(draft.problems) > 20 for draft in drafts)
