"""The sheet for title review: Yantai 2023, 六（一）."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from lms.core.enums import HourCategory
from lms.hourbank.statements.titles import title_sheet
from lms.organizations.models import UnitNature
from tests.factories import PersonFactory
from tests.hourbank.statements.support import book, meet, unit, worker
from tests.support import sign_in

PUBLIC, PROFESSIONAL = HourCategory.PUBLIC, HourCategory.PROFESSIONAL


@pytest.fixture(autouse=True)
def at_noon(clock):
    """Every test here happens on 2025-06-02."""


def person_without_professional_2019(nature: UnitNature):
    person = worker(unit("370600", nature, name=f"烟台{nature.value}"))
    book(person, "30", PUBLIC, 2019)
    for year in range(2020, 2024):
        meet(person, year)
    return person


def test_enterprise_engineer_needs_no_professional_hours_of_2019(app):
    sheet = title_sheet(person_without_professional_2019(UnitNature.ENTERPRISE), 2023)
    assert sheet.is_met
    assert [each.year for each in sheet.years] == [2019, 2020, 2021, 2022, 2023]
    professional = sheet.years[0].parts[1]
    assert (professional.counts, str(professional.short)) == (False, "0")


def test_institution_teacher_lacks_sixty_professional_hours_of_2019(app):
    sheet = title_sheet(person_without_professional_2019(UnitNature.INSTITUTION), 2023)
    assert not sheet.is_met
    ((year, part),) = sheet.shortfalls
    assert (year, part.category, str(part.short)) == (2019, PROFESSIONAL, "60")


def test_hours_of_one_year_do_not_help_another(app):
    person = worker(unit("370600", UnitNature.INSTITUTION))
    for year in range(2019, 2024):
        meet(person, year)
    other = worker(person.unit)
    for year in range(2019, 2023):
        meet(other, year)
    book(other, "60", PUBLIC, 2022)
    assert title_sheet(person, 2023).is_met
    sheet = title_sheet(other, 2023)
    assert [(year, part.category) for year, part in sheet.shortfalls] == [
        (2023, PUBLIC),
        (2023, PROFESSIONAL),
    ]


def test_city_without_such_a_clause_judges_nothing(app):
    sheet = title_sheet(worker(unit("370800")), 2022)
    assert sheet.years == ()
    assert not sheet.is_met


def test_page_tells_each_year_and_what_is_short(client, app):
    person = person_without_professional_2019(UnitNature.INSTITUTION)
    page = sign_in(client, person).get("/hourbank/me/title-review?year=2023").text
    assert "2019 年专业科目还差 60 学时" in page
    assert "不符合要求" in page


def test_page_of_a_person_without_unit_tells_what_is_missing(client, app):
    page = sign_in(client, PersonFactory()).get("/hourbank/me/title-review").text
    assert "单位性质（企业或事业单位）没有登记" in page


def test_sheet_as_pdf_names_years_and_verdict(client, app):
    person = person_without_professional_2019(UnitNature.INSTITUTION)
    answer = sign_in(client, person).get("/hourbank/me/title-review.pdf?year=2023")
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(BytesIO(answer.data)).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    assert len(pages) == 1
    assert "2019年专业科目尚差60学时" in text
    assert "未达到要求" in text
