"""Rosters as files, and the way of one through upload, check and apply."""

import csv
import io

import openpyxl

from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from lms.roster.applying import apply_now
from lms.roster.checking import check_now
from lms.roster.models import RosterImport, RosterProblem
from lms.roster.operations import request_apply, upload_roster
from lms.roster.storage import MARKED, pieces_of
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import identity_number

HEADINGS = [
    "姓名*",
    "证件类型",
    "证件号码*",
    "手机号码",
    "电子邮箱",
    "工作单位",
    "职称系列",
    "职称级别",
]
NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"


def row(n, **fields):
    """A sound row about person `n`; `fields` replace cells by their heading without the star."""
    cells = {
        "姓名": NAMES[n % len(NAMES)] + "晓明",
        "证件类型": "居民身份证",
        "证件号码": identity_number(700_000 + n),
        "手机号码": f"138{n:08d}",
        "电子邮箱": f"p{n}@example.com",
        "工作单位": "",
        "职称系列": "工程技术人员",
        "职称级别": "中级",
    }
    return list((cells | fields).values())


def workbook(rows, headings=HEADINGS, sheet="人员信息"):
    """An xlsx file as bytes."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for cells in [headings, *rows]:
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(rows, headings=HEADINGS, encoding="utf-8", delimiter=","):
    """A CSV file as bytes."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
    return out.getvalue().encode(encoding)


def unit_named(name="海岸研究院", **more):
    return OrganizationFactory(kind=OrganizationKind.UNIT, name=name, **more)


def manager_of(organization, role=Role.UNIT_MANAGER, **more):
    """Somebody who holds a post in `organization`."""
    person = PersonFactory(**more)
    return PostFactory(person=person, organization=organization, role=role).person


def uploaded(actor, content, name="名单.xlsx"):
    with transaction():
        roster = upload_roster(actor, content, name)
    return roster


def checked(actor, content, name="名单.xlsx"):
    """Upload and check."""
    roster = uploaded(actor, content, name)
    assert check_now(roster.id)
    db.session.refresh(roster)
    return roster


def applied(actor, content):
    """Upload, check and apply."""
    return apply(actor, checked(actor, content))


def apply(actor, roster):
    with transaction():
        request_apply(actor, roster, roster.checks)
    assert apply_now(roster.id)
    db.session.refresh(roster)
    return roster


def problems(roster):
    """What is wrong, as (row, column letter, heading, kind)."""
    query = db.select(RosterProblem).filter_by(import_id=roster.id).order_by(RosterProblem.place)
    return [
        (each.row_number, each.letter, each.heading, each.kind.value)
        for each in db.session.scalars(query)
    ]


def only_problem(actor, *rows):
    """The one thing wrong in a roster of these rows, as (row, column letter, kind)."""
    (found,) = problems(checked(actor, workbook(rows)))
    return found[0], found[1], found[3]


def counts(roster: RosterImport):
    return {
        "new": roster.new_count,
        "changed": roster.changed_count,
        "unchanged": roster.unchanged_count,
        "moved": roster.moved_count,
        "asked": roster.asked_count,
        "refused": roster.refused_count,
    }


def just(**given):
    """The counts of an import in which nothing else is."""
    none = dict.fromkeys(("new", "changed", "unchanged", "moved", "asked", "refused"), 0)
    return none | given


def marked_workbook(roster):
    """The marked workbook, opened."""
    return openpyxl.load_workbook(io.BytesIO(b"".join(pieces_of(roster.key, MARKED))))
