"""A province of people: Shandong's divisions, 20,000 organizations, a million people, its trail.

Rows are copied into PostgreSQL as they are; only those who sign in during a measurement are made by
the operations. Names have the frequencies of the common surnames, so that a prefix finds as many
as it would.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from sqlalchemy import text

from lms.accounts.enums import IdentityKind, ProfessionSeries, TitleLevel
from lms.accounts.identity import seal_identity_number
from lms.accounts.models import Person
from lms.accounts.operations import create_person
from lms.accounts.posts import grant_post
from lms.core import clock
from lms.core.db import Base, db, transaction
from lms.core.permissions import Role
from lms.organizations.divisions import load_divisions
from lms.organizations.models import Division, Organization, OrganizationKind
from lms.organizations.operations import create_organization
from tests.factories.accounts import identity_number

# The most common surnames and how many of a thousand people bear them (2020 census, rounded).
_SURNAMES = {
    **{"王": 72, "李": 71, "张": 67, "刘": 52, "陈": 44, "杨": 30, "赵": 21, "黄": 21, "周": 19},
    **{"吴": 19, "徐": 15, "孙": 14, "胡": 13, "朱": 12, "高": 11, "林": 11, "何": 11, "郭": 11},
    **{"马": 11, "罗": 9, "梁": 9, "宋": 8, "郑": 8, "谢": 7, "韩": 7, "唐": 7, "冯": 6, "于": 6},
    **{"董": 6, "萧": 6, "程": 5, "曹": 5, "袁": 5, "邓": 5, "许": 5, "傅": 4, "沈": 4, "曾": 4},
    **{"彭": 4, "吕": 4, "苏": 4, "卢": 4, "蒋": 4, "蔡": 4, "贾": 4, "丁": 4, "魏": 4, "薛": 3},
    **{"欧阳": 1, "上官": 1, "尉迟": 1},
}
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文志辉海燕鹏飞宇浩晨轩梓涵子萱"
    "雨欣怡然佳琪思远博文嘉懿雪梅春生庆林树东立新永康德福瑞泽凯旋云龙亚男晓光小明"
)
RARE_NAME = "上官婉儿"
SERIES = [series.value for series in ProfessionSeries]
LEVELS = [level.value for level in TitleLevel]
_SERIES_WEIGHTS = [1000.0 if series in ("engineering", "school") else 50.0 for series in SERIES]
_SERIES_WEIGHTS[SERIES.index("shipping")] = 0.01
KNOWN_NUMBERS = 2_000
EVERY = 500


@dataclass(frozen=True)
class Size:
    """How large the province is."""

    people: int = 1_000_000
    units: int = 2_000
    organizations: int = 20_000
    events: int = 1_000_000


@dataclass
class Province:
    """Whom and what a measurement asks for."""

    officers: dict[str, Person] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)


def build(size: Size) -> Province:
    """Make the schema and fill it; returns who may look at it."""
    Base.metadata.create_all(db.engine)
    with transaction():
        load_divisions()
    units = _copy_organizations(size)
    people = _People(size, units)
    _copy(Person.__table__, people.columns, people.rows())
    _copy_employments()
    _write_events(size)
    _catch_up_sequences()
    analyse()
    province = Province(numbers=people.numbers)
    for name, (kind, role, division) in _OFFICERS.items():
        province.officers[name] = _officer(name, kind, role, division)
    return province


def analyse() -> None:
    """Let PostgreSQL know what it holds, as its own housekeeping does after a while."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


_OFFICERS = {
    "province": (OrganizationKind.BUREAU, Role.BUREAU_OFFICER, "370000"),
    "city": (OrganizationKind.BUREAU, Role.BUREAU_OFFICER, "371100"),
    "county": (OrganizationKind.BUREAU, Role.BUREAU_OFFICER, "371102"),
    "department": (OrganizationKind.DEPARTMENT, Role.DEPARTMENT_OFFICER, ""),
    "unit": (OrganizationKind.UNIT, Role.UNIT_MANAGER, ""),
    "province auditor": (OrganizationKind.BUREAU, Role.BUREAU_AUDITOR, "370000"),
    "city auditor": (OrganizationKind.BUREAU, Role.BUREAU_AUDITOR, "371100"),
    "county auditor": (OrganizationKind.BUREAU, Role.BUREAU_AUDITOR, "371102"),
}


def _officer(name: str, kind: OrganizationKind, role: Role, division: str) -> Person:
    place = 8_990_000 + list(_OFFICERS).index(name)
    with transaction():
        if division:
            titles = f"{name}人力资源和社会保障局"
            organization = create_organization(kind, titles, division)
        else:
            organization = db.session.get_one(Organization, 300 if kind.value == "unit" else 5)
        person = create_person(name="管理员", identity_number=identity_number(place), unit=None)
        grant_post(person, organization, role)
    return person


def _copy_organizations(size: Size) -> list[int]:
    """Departments first (ids to 200), then units, then stand-ins; returns the ids of the units."""
    counties = list(db.session.scalars(_counties()))
    db.session.rollback()
    chance = random.Random(1)
    departments, rows = 200, []
    for number in range(1, size.organizations + 1):
        kind = OrganizationKind.STAND_IN
        parent = None
        if number <= departments:
            kind = OrganizationKind.DEPARTMENT
        elif number <= departments + size.units:
            kind = OrganizationKind.UNIT
            parent = chance.randint(1, departments) if chance.random() < 0.7 else None
        name = f"{chance.choice(_GIVEN)}{chance.choice(_GIVEN)}第{number}单位"
        rows.append((number, kind.value, "approved", name, chance.choice(counties), parent))
    columns = ("id", "kind", "state", "name", "division_code", "parent_id", "created_at")
    now = clock.now()
    _copy(Organization.__table__, columns, ((*row, now) for row in rows))
    return [row[0] for row in rows if row[1] == OrganizationKind.UNIT.value]


def _counties() -> Any:
    return (
        Division.__table__.select()
        .with_only_columns(Division.code)
        .where(Division.code.not_like("%00"), Division.code.like("______"))
    )


class _People:
    """Rows of people: units of very different sizes, names by their frequency."""

    columns = (
        *("id", "record_key", "state", "name", "identity_kind", "identity_cipher"),
        *("identity_hash", "identity_head", "identity_tail", "unit_id", "created_at"),
        *("password_hash", "profession", "title_level"),
    )

    def __init__(self, size: Size, units: list[int]) -> None:
        self.size = size
        self.units = units
        self.numbers: list[str] = []
        self._chance = random.Random(2)
        self._weights = list(accumulate(1000 / (place + 10) for place in range(len(units))))
        self._surnames = list(accumulate(_SURNAMES.values()))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        now = clock.now()
        employers = self._chance.choices(self.units, cum_weights=self._weights, k=self.size.people)
        for number, unit in enumerate(employers, start=1):
            record_key = f"{self._chance.getrandbits(128):032x}"
            name = RARE_NAME if number % 300_000 == 0 else self._name()
            kind, cipher, found_by, head, tail = self._identity(number, record_key)
            yield (
                *(number, record_key, self._state(number), name, kind, cipher),
                *(found_by, head, tail, unit, now),
                *("" if number % 10 < 6 else None, *self._professional()),
            )

    def _state(self, number: int) -> str:
        return "suspended" if number % 2_000 == 7 else "active"

    def _professional(self) -> tuple[str, str]:
        # Two of the series are those of most people, the last has hardly anybody.
        series = self._chance.choices(SERIES, weights=_SERIES_WEIGHTS)[0]
        return series, self._chance.choice(LEVELS)

    def _name(self) -> str:
        surname = self._chance.choices(list(_SURNAMES), cum_weights=self._surnames)[0]
        given = self._chance.choices(_GIVEN, k=1 if self._chance.random() < 0.2 else 2)
        return surname + "".join(given)

    def _identity(self, number: int, record_key: str) -> tuple[Any, ...]:
        if number % EVERY or len(self.numbers) >= KNOWN_NUMBERS:
            random_hash = f"{self._chance.getrandbits(256):064x}"
            return "resident", b"", random_hash, "371102", f"{number % 10_000:04}"
        identity = identity_number(number)
        self.numbers.append(identity)
        sealed = seal_identity_number(IdentityKind.RESIDENT, identity, record_key)
        return (
            *("resident", sealed["identity_cipher"], sealed["identity_hash"]),
            *(sealed["identity_head"], sealed["identity_tail"]),
        )


def _copy(table: Any, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(columns)
    connection: Any = db.engine.raw_connection()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    connection.commit()
    connection.close()


def _copy_employments() -> None:
    _run(
        "INSERT INTO employments (person_id, organization_id, started_on) "
        "SELECT id, unit_id, DATE '2024-01-01' FROM people ORDER BY id"
    )


def _write_events(size: Size) -> None:
    """A year of events: sign-ins most of all, some deeds seldom, now and then of the system."""
    _run(
        "INSERT INTO audit_events (happened_at, actor_id, organization_id, address, tag, subject, "
        "detail) SELECT now() - (:events - n) * INTERVAL '365 days' / :events, "
        "NULLIF(1 + (CAST(n AS bigint) * 7919) % :people, 1), p.unit_id, "
        "'10.' || n % 7 || '.' || n % 251 || '.' || n % 199, "
        "CASE WHEN n % 10000 = 0 THEN 'accounts:identity:read' WHEN n % 5 = 0 "
        "THEN 'accounts:person:update' ELSE 'accounts:person:sign-in' END, 'person:' || p.id, "
        """CAST(CASE WHEN n % 5 = 0 THEN '{"fields": ["name", "phone"]}' ELSE '{}' END AS JSON) """
        "FROM generate_series(1, :events) n "
        "JOIN people p ON p.id = 1 + (CAST(n AS bigint) * 7919) % :people "
        "ORDER BY n",
        events=size.events,
        people=size.people,
    )


def _catch_up_sequences() -> None:
    for table in ("people", "organizations"):
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        _run(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")


def _run(statement: str, **values: Any) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(statement), values)
