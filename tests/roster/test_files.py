"""Files: kinds, encodings, what cannot be read, and that nothing of them lies about in clear."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from cryptography.exceptions import InvalidTag

from lms.core.db import db
from lms.core.errors import Invalid
from lms.roster.enums import FileFault, SheetFormat
from lms.roster.examination import UnusableFileError, examine
from lms.roster.reading import read_batches
from lms.roster.storage import UPLOAD, file_of, pieces_of
from tests.roster.old_workbook import old_workbook
from tests.roster.support import (
    HEADINGS,
    applied,
    checked,
    counts,
    csv_file,
    just,
    marked_workbook,
    problems,
    row,
    uploaded,
    workbook,
)

RARE = {"姓名": "王𬱖喆"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_any_encoding(manager, encoding, delimiter):
    content = csv_file([row(1), row(2, **RARE)], encoding=encoding, delimiter=delimiter)
    roster = checked(manager, content, "名单.csv")
    assert roster.format is SheetFormat.CSV
    assert counts(roster) == just(new=2)


def test_a_csv_whose_numbers_a_program_has_rounded(manager):
    forced = row(2)
    forced[2] = f'="{forced[2]}"'
    content = csv_file([row(1, 证件号码="3.71102E+17"), forced])
    roster = checked(manager, content)
    assert problems(roster) == [(2, "C", "证件号码", "number_as_number")]
    assert counts(roster) == just(new=1, refused=1)


def test_an_old_workbook_is_read(manager):
    roster = checked(manager, old_workbook([HEADINGS, row(1), row(2, 证件号码=3.7e17)]))
    assert roster.format is SheetFormat.XLS
    assert counts(roster) == just(new=1, refused=1)
    assert problems(roster) == [(3, "C", "证件号码", "number_as_number")]


def test_the_kind_is_told_by_the_content_and_not_by_the_name(manager):
    assert counts(checked(manager, workbook([row(1)]), "名单.csv")) == just(new=1)
    assert counts(checked(manager, csv_file([row(1)]), "名单.xlsx")) == just(new=1)


def test_hidden_sheets_and_other_sheets_are_left_alone(manager):
    book = openpyxl.load_workbook(io.BytesIO(workbook([row(1)])))
    book.create_sheet("别的", 0).append(["姓名", "无关"])
    out = io.BytesIO()
    book.save(out)
    assert counts(checked(manager, out.getvalue())) == just(new=1)


def locked_workbook():
    return old_workbook([["x"]]) + "EncryptedPackage".encode("utf-16-le")


def old_document():
    return old_workbook([["x"]]).replace(b"W\0o\0r\0k\0b", b"W\0o\0r\0d\0D")


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(401):
                part.write(bytes(1 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (lambda: b"", FileFault.EMPTY),
        (lambda: b" \n ", FileFault.EMPTY),
        (lambda: b"a,b\n" * 300_000, FileFault.TOO_LARGE),
        (lambda: workbook([row(1)])[:2000], FileFault.DAMAGED),
        (lambda: b"%PDF-1.7 ...", FileFault.WRONG_TYPE),
        (lambda: b"<html><table><tr><td>x", FileFault.WRONG_TYPE),
        (lambda: b"\x89PNG\r\n\x1a\n\x00\x00", FileFault.WRONG_TYPE),
        (lambda: bytes(range(256)) * 4, FileFault.WRONG_TYPE),
        (
            lambda: old_workbook([["x"]]).replace(b"W\0o\0r\0k\0b", b"W\0o\0r\0d\0D"),
            FileFault.WRONG_TYPE,
        ),
        (locked_workbook, FileFault.PASSWORD),
        (bomb, FileFault.TOO_LARGE_UNPACKED),
    ],
    ids=lambda value: value.value if isinstance(value, FileFault) else "",
)
def test_what_is_no_roster_is_refused_at_once(content, fault):
    with pytest.raises(UnusableFileError) as refused:
        examine(content(), 1)
    assert refused.value.fault is fault


def test_another_archive_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "x")
    with pytest.raises(UnusableFileError) as refused:
        examine(out.getvalue(), 1)
    assert refused.value.fault is FileFault.WRONG_TYPE


def test_the_reason_stands_at_the_field(manager):
    with pytest.raises(Invalid, match="密码") as refused:
        uploaded(manager, locked_workbook())
    assert refused.value.field == "file"


def replaced(content, part, change):
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return out.getvalue()


def test_a_broken_part_is_told(manager):
    broken = replaced(workbook([row(1)]), "xl/worksheets/sheet1.xml", lambda xml: xml[:300])
    assert checked(manager, broken).fault is FileFault.DAMAGED


def test_a_cell_in_the_last_corner_takes_no_gigabytes(manager):
    far = openpyxl.Workbook()
    far.active["A1"] = "姓名"
    far.active.cell(1_048_576, 16_384, "x")
    out = io.BytesIO()
    far.save(out)
    assert checked(manager, out.getvalue()).fault is FileFault.TOO_LARGE_UNPACKED


def test_external_entities_are_not_followed(manager, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode()

    def poison(xml):
        return doctype + re.sub(rb"<(is>)?<?t[^>]*>[^<]*</t>", b"<t>&e;</t>", xml, count=1)

    content = workbook([row(1)])
    for part in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
        roster = checked(manager, replaced(content, part, poison))
        assert "geheim" not in f"{roster.fault_text} {problems(roster)}"


def test_too_many_rows_are_told(app):
    lines = b"a\n" * 200_003
    with pytest.raises(UnusableFileError) as refused:
        list(read_batches([lines], SheetFormat.CSV))
    assert refused.value.fault is FileFault.TOO_MANY_ROWS


def test_formulas_are_data_and_come_back_as_texts(manager):
    cells = row(1, 证件号码='=HYPERLINK("http://x")', 工作单位="+cmd|' /C calc'!A0")
    roster = checked(manager, csv_file([[*cells, "=1+1"]], headings=[*HEADINGS, "备注"]))
    sheet = marked_workbook(roster)["人员信息"]
    kinds = {cell.data_type for line in sheet.iter_rows() for cell in line}
    assert kinds == {"s"}
    assert sheet["I2"].value == "=1+1"


def test_the_marked_workbook_has_everything_and_what_is_wrong(manager):
    headings = ["序号", *HEADINGS]
    rows = [[1, *row(1)], [2, *row(2, 手机号码="1", 职称级别="?")], [], [3, *row(3)]]
    content = workbook([headings, *rows], headings=["某单位名单"])
    roster = checked(manager, content)
    book = marked_workbook(roster)
    sheet = book["人员信息"]
    given = openpyxl.load_workbook(io.BytesIO(content)).active
    for line in given.iter_rows():
        for cell in line:
            assert sheet[cell.coordinate].value == cell.value
    assert sheet["J2"].value == "错误原因"
    assert "手机号码" in sheet["J4"].value
    assert "职称级别" in sheet["J4"].value
    assert sheet["J3"].value is None
    assert "11 位" in sheet["E4"].comment.text
    assert sheet["E4"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["E3"].fill.fgColor.rgb != "FFFFC7CE"
    assert sheet.freeze_panes == "A3"
    assert "1" in book["检查结果"]["A2"].value


def test_a_marked_workbook_is_uploaded_again_after_mending(manager):
    roster = checked(manager, csv_file([row(1), row(2, 手机号码="1")], encoding="gb18030"))
    book = marked_workbook(roster)
    book["人员信息"]["D3"] = "13800000002"
    out = io.BytesIO()
    book.save(out)
    assert counts(checked(manager, out.getvalue())) == just(new=2)
    book["人员信息"]["D3"] = "2"
    out = io.BytesIO()
    book.save(out)
    again = marked_workbook(checked(manager, out.getvalue()))["人员信息"]
    assert again["I1"].value == "错误原因"
    assert again["J1"].value is None


def traces(numbers, data):
    return [number for number in numbers if number.encode() in data]


def test_no_number_is_kept_in_clear(app, manager, settings, caplog):
    rows = [row(n) for n in range(40)] + [row(50, 证件号码=row(50)[2][:17])]
    numbers = [cells[2][:17] for cells in rows]
    roster = checked(manager, workbook(rows), f"{numbers[0]}.xlsx")
    assert roster.refused_count == 1
    _assert_nothing_in_clear(settings, numbers, caplog)
    applied(manager, workbook(rows))
    _assert_nothing_in_clear(settings, numbers, caplog)


def _assert_nothing_in_clear(settings, numbers, caplog):
    for base in (settings.media_path, settings.var_path):
        for file in base.rglob("*"):
            if file.is_file():
                assert traces(numbers, file.read_bytes()) == [], file
    for table in db.metadata.sorted_tables:
        for line in db.session.execute(table.select()):
            assert traces(numbers, repr(line).encode()) == [], table.name
    if settings.database_url.startswith("sqlite"):
        path = settings.database_url.removeprefix("sqlite:///")
        for file in (Path(path), Path(f"{path}-wal")):
            assert traces(numbers, file.read_bytes() if file.exists() else b"") == []
    assert traces(numbers, caplog.text.encode()) == []


def test_a_file_is_bound_to_its_import_and_its_end(manager):
    first, second = uploaded(manager, csv_file([row(1)])), uploaded(manager, csv_file([row(2)]))
    file_of(second.key, UPLOAD).write_bytes(file_of(first.key, UPLOAD).read_bytes())
    with pytest.raises((InvalidTag, ValueError)):
        list(pieces_of(second.key, UPLOAD))
    whole = file_of(first.key, UPLOAD).read_bytes()
    size = int.from_bytes(whole[:4], "big")
    file_of(first.key, UPLOAD).write_bytes(whole[: 4 + size])
    with pytest.raises((InvalidTag, ValueError)):
        list(pieces_of(first.key, UPLOAD))
