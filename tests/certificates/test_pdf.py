"""What the page shows, in which fonts, and what its QR code says."""

import dataclasses
import subprocess
import sys
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pymupdf
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageStat
from pypdf import PdfReader
from pyzbar import pyzbar

from lms.certificates.pdf import PrintedFacts, render_pdf
from lms.config import ROOT
from lms.documents.press import OutsideFetchError, render_html

pytestmark = pytest.mark.no_database

POINTS_PER_MM = 72 / 25.4
PLAIN = PrintedFacts(
    number="XS-2025-370000-4821390571",
    name="王小明",
    identity="**************123X",
    course="专业技术人员继续教育政策与实务",
    category="公需科目",
    hours="2.5",
    year="2025",
    base="日照市专业技术人员继续教育基地",
    issuer="学时继续教育平台",
    has_exam=True,
    completed_on="2025年6月2日",
    issued_on="2025年6月3日",
    verify_url="https://xueshi.example.cn/v/AbCdEfGhIjKlMnOpQrS-_v",
    verify_address="https://xueshi.example.cn/verify",
)
RARE_NAMES = ["王䶮", "𬱖喆", "阿依古丽·买买提江", "尼玛·次仁多吉", "㛃珺祎", "龑犇"]
LONG_TITLE = (
    "新时代专业技术人员数字素养与人工智能应用能力提升高级研修班（二〇二五年第一期）政策解读与实务案例专题课程下篇续"
    * 2
)


@lru_cache(maxsize=32)
def rendered(folder: Path, facts: PrintedFacts) -> bytes:
    return render_pdf(facts, folder)


def opened(folder: Path, **changes: object) -> pymupdf.Document:
    return pymupdf.open(stream=rendered(folder, dataclasses.replace(PLAIN, **changes)))


def text_of(document: pymupdf.Document) -> str:
    return "".join("".join(page.get_text() for page in document).split())


def picture(document: pymupdf.Document, dpi: int) -> Image.Image:
    return Image.open(BytesIO(document[0].get_pixmap(dpi=dpi).tobytes("png")))


def missing_glyphs(document: pymupdf.Document) -> list[str]:
    """The characters drawn as glyph 0, which is a box."""
    traces = document[0].get_texttrace()
    characters = (character for trace in traces for character in trace["chars"])
    return [chr(code) for code, glyph, *_ in characters if glyph == 0 and not chr(code).isspace()]


def lowest(document: pymupdf.Document, text: str) -> float:
    return max(box.y1 for box in document[0].search_for(text))


@pytest.fixture(scope="session", params=["subset", "full"])
def folder(request, subset_fonts, tmp_path_factory) -> Path:
    """With the small fonts, and with those of the system alone."""
    return subset_fonts if request.param == "subset" else tmp_path_factory.mktemp("none")


def test_every_fact_is_printed(folder):
    text = text_of(opened(folder))
    for value in dataclasses.asdict(PLAIN).values():
        if isinstance(value, str) and value != PLAIN.verify_url:
            assert value in text
    assert "考核合格" in text
    assert "计2.5学时" in text


def test_course_without_exam_claims_none(folder):
    assert "考核合格" not in text_of(opened(folder, has_exam=False))


def test_page_is_one_a4_in_landscape(folder):
    document = opened(folder)
    assert document.page_count == 1
    assert (round(document[0].rect.width), round(document[0].rect.height)) == (842, 595)


def test_every_font_is_embedded(folder):
    reader = PdfReader(BytesIO(rendered(folder, PLAIN)))
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize("name", RARE_NAMES)
def test_rare_names_are_never_boxes(folder, name):
    document = opened(folder, name=name)
    assert name in text_of(document)
    assert missing_glyphs(document) == []


def poppler_picture(content: bytes, dpi: int) -> Image.Image:
    command = ["pdftoppm", "-r", str(dpi), "-png", "-"]
    drawn = subprocess.run(command, input=content, capture_output=True, check=True)
    return Image.open(BytesIO(drawn.stdout))


def mupdf_picture(content: bytes, dpi: int) -> Image.Image:
    return picture(pymupdf.open(stream=content), dpi)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of a page in grey levels, a little out of focus."""
    size = (one.width // 2, one.height // 2)
    grey = [image.convert("L").resize(size, Image.Resampling.BOX) for image in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*grey)).mean[0]


@pytest.mark.parametrize("name", ["王小明", "王䶮"])
def test_small_fonts_look_like_the_full_ones_in_every_reader(subset_fonts, tmp_path, name):
    facts = dataclasses.replace(PLAIN, name=name)
    small, full = render_pdf(facts, subset_fonts), render_pdf(facts, tmp_path)
    for draw in (poppler_picture, mupdf_picture):
        assert difference(draw(small, 100), draw(full, 100)) < 2


def test_a_character_no_font_has_would_be_noticed(subset_fonts):
    assert missing_glyphs(opened(subset_fonts, name="王\U00032000")) != []


@pytest.mark.parametrize("length", [60, 120])
@pytest.mark.parametrize("base", ["日照市继续教育基地", "山东省" + "专业技术人员继续教育" * 12])
def test_long_titles_stay_above_the_table(subset_fonts, length, base):
    title = (LONG_TITLE * 2)[:length]
    document = opened(subset_fonts, course=title, base=base[:128])
    assert document.page_count == 1
    assert title in text_of(document)
    assert lowest(document, "特发此证") < lowest(document, "科目类别")


@pytest.mark.parametrize(
    "name", ["阿" * 11, "古" * 25, "A very long name of a person from far away " + "B" * 20]
)
def test_long_names_stay_on_their_line(subset_fonts, name):
    document = opened(subset_fonts, name=name)
    boxes = [box for trace in document[0].get_texttrace() for box in [pymupdf.Rect(trace["bbox"])]]
    assert len(document[0].search_for(name)) == 1, "the name takes more than one line"
    page, margin = document[0].rect, 20 * POINTS_PER_MM
    inner = pymupdf.Rect(margin, 0, page.width - margin, page.height)
    assert all(inner.x0 <= box.x0 and box.x1 <= inner.x1 for box in boxes)
    assert (
        lowest(document, "证件号码") < lowest(document, "准予结业") < lowest(document, "科目类别")
    )


@pytest.mark.parametrize("dpi", [150, 300])
def test_both_decoders_read_the_code(folder, dpi):
    page = picture(opened(folder), dpi)
    assert [code.data.decode() for code in pyzbar.decode(page)] == [PLAIN.verify_url]
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [PLAIN.verify_url]


def test_code_is_25_mm_with_its_quiet_zone(folder):
    page = picture(opened(folder), 300)
    (code,) = zxingcpp.read_barcodes(page)
    corners = [code.position.top_left, code.position.bottom_right]
    dark_mm = (corners[1].x - corners[0].x) / 300 * 25.4
    # 33 modules are dark and light, 4 on each side are quiet: 41 in all.
    assert dark_mm * 41 / 33 == pytest.approx(25, abs=0.25)


def test_quiet_zone_is_white(folder):
    page = picture(opened(folder), 300).convert("L")
    (code,) = zxingcpp.read_barcodes(page)
    left, top = code.position.top_left.x, code.position.top_left.y
    quiet = round(25 / 41 * 4 / 25.4 * 300) - 3
    assert page.crop((left - quiet, top - quiet, left - 3, top + 200)).getextrema()[0] > 250


@pytest.mark.parametrize("place", ["name", "course", "base", "issuer"])
def test_markup_is_printed_and_not_obeyed(subset_fonts, place):
    markup = '<b>粗</b><img src="file:///etc/passwd">&amp;{{7*7}}'
    text = text_of(opened(subset_fonts, **{place: markup}))
    assert "".join(markup.split()) in text


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<link rel="stylesheet" href="https://example.com/x.css">',
        '<style>@import url("file:///etc/passwd");</style>',
        '<p style="background: url(ftp://example.com/x)">x</p>',
        '<object data="file:///etc/hostname"></object>',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<img src="data:image/png;base64,iVBORw0KGgo=">',
        '<img src="font:regular">',
    ],
)
def test_nothing_is_fetched_from_outside(subset_fonts, markup):
    with pytest.raises(OutsideFetchError):
        render_html(f"<!DOCTYPE html><body>{markup}</body>", subset_fonts)


def test_number_is_in_the_files_own_facts(folder):
    information = PdfReader(BytesIO(rendered(folder, PLAIN))).metadata
    assert information["/certificatenumber"] == PLAIN.number
    assert information["/Title"] == f"结业证书 {PLAIN.number}"


def test_a_process_that_starts_does_not_load_what_hardly_any_needs():
    """Printing, signing and passkeys take half of the time in which a process starts."""
    late = ("weasyprint", "pyhanko", "aiohttp", "webauthn")
    told = f"import sys, lms.factory; print(any(name in sys.modules for name in {late}))"
    answer = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"
