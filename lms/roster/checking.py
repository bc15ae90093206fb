"""The dry run: every row read, judged and made ready, in many short transactions."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from lms.accounts.identity import identity_hash
from lms.accounts.models import Person
from lms.accounts.queries import permissions_of
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, transaction
from lms.core.permissions import Permission
from lms.roster import jobs
from lms.roster.cells import Candidate, HeaderFinder, RowReader
from lms.roster.enums import FileFault, Problem, RosterState, Verdict
from lms.roster.examination import UnusableFileError
from lms.roster.jobs import Job, Listener, LostClaimError
from lms.roster.judging import Judge
from lms.roster.marking import write_marked
from lms.roster.models import RosterImport, RosterProblem, RosterRow, place_of
from lms.roster.reading import Row, read_batches
from lms.roster.rules import HEADER_ROWS, Column, Header
from lms.roster.scope import Scope
from lms.roster.staging import clear_rows, stage_rows
from lms.roster.storage import UPLOAD, pieces_of

READ_PERCENT = 85
MARKED_PERCENT = 99
_MOST_NAMED = 5


class Check:
    """One dry run under way: what was counted, and where each number stood."""

    def __init__(self, job: Job, needs_unit: bool, judge: Judge) -> None:
        self._job = job
        self._judge = judge
        self._finder = HeaderFinder(needs_unit)
        self._header: Header | None = None
        self._reader: RowReader | None = None
        self._total = 1
        self._width = 0
        # 32 bytes a number instead of 64 characters: there may be 200,000.
        self._rows_of: dict[bytes, list[int] | int] = {}
        self._repeated: set[bytes] = set()
        self.counts: Counter[Any] = Counter()
        self.asked = 0

    def take(self, batch: list[Row]) -> None:
        """Judge and stage a batch of rows in one short transaction."""
        candidates = list(self._candidates(batch))
        rows = self._judge.judge(candidates)
        problems = [each for candidate in candidates for each in self._problems(candidate)]
        for row in rows:
            self.counts[row["verdict"]] += 1
            self.asked += row["is_asked"]
        self.counts[Verdict.REFUSED] += len(candidates) - len(rows)
        percent = min(READ_PERCENT, round(READ_PERCENT * batch[-1][0] / self._total))
        with transaction():
            # First of all whether the import is still ours: another worker may have begun anew.
            jobs.beat(self._job, percent)
            stage_rows(RosterRow, rows)
            stage_rows(RosterProblem, problems)

    def _candidates(self, batch: list[Row]) -> Iterator[Candidate]:
        for row in batch:
            if row[0] == 0:
                self._total = max(1, row[1][0])
                continue
            self._width = max(self._width, len(row[1]))
            if self._reader is None:
                self._header = self._finder.find(row)
                self._reader = RowReader(self._header) if self._header else None
            else:
                candidate = self._reader.read(row)
                if candidate is not None:
                    self._note_number(candidate)
                    yield candidate

    def _note_number(self, candidate: Candidate) -> None:
        if not candidate.number:
            return
        digest = bytes.fromhex(identity_hash(candidate.number, candidate.kind))
        known = self._rows_of.setdefault(digest, candidate.row)
        if known != candidate.row:
            self._repeated.add(digest)
            others = known if isinstance(known, list) else [known]
            self._rows_of[digest] = [*others, candidate.row]

    def _problems(self, candidate: Candidate) -> Iterator[dict[str, Any]]:
        for found in candidate.findings:
            yield self._problem(candidate.row, found.column, found.kind, found.detail)

    def _problem(
        self, row: int, column: Column, kind: Problem, detail: dict[str, Any]
    ) -> dict[str, Any]:
        assert self._header is not None
        places = self._header.places
        return {
            "import_id": self._job.import_id,
            "place": place_of(row, places.get(column, places[Column.NUMBER])),
            "heading": column.value,
            "kind": kind,
            "detail": detail,
        }

    def finish_rows(self) -> Header:
        """Refuse numbers that stand in several rows. Raises UnusableFileError without rows."""
        if self._header is None:
            raise UnusableFileError(FileFault.NO_HEADER, limit=HEADER_ROWS)
        if not self.counts.total():
            raise UnusableFileError(FileFault.NO_ROWS)
        groups = [list(self._rows_of[digest]) for digest in self._repeated]  # type: ignore[arg-type]
        for start in range(0, len(groups), 500):
            with transaction():
                self._refuse_repeats(groups[start : start + 500])
                jobs.beat(self._job, READ_PERCENT)
        return replace(self._header, width=self._width)

    def _refuse_repeats(self, groups: list[list[int]]) -> None:
        numbers = [row for group in groups for row in group]
        staged = RosterRow.import_id == self._job.import_id, RosterRow.row_number.in_(numbers)
        found = db.session.execute(select(RosterRow.verdict, RosterRow.is_asked).where(*staged))
        for verdict, is_asked in found.all():
            self.counts[verdict] -= 1
            self.counts[Verdict.REFUSED] += 1
            self.asked -= is_asked
        db.session.execute(
            delete(RosterRow).where(*staged).execution_options(synchronize_session=False)
        )
        stage_rows(RosterProblem, [each for group in groups for each in self._repeats(group)])

    def _repeats(self, group: list[int]) -> Iterator[dict[str, Any]]:
        for row in group:
            others = [each for each in group if each != row]
            named = "、".join(str(each) for each in others[:_MOST_NAMED])
            named += "…" if len(others) > _MOST_NAMED else ""
            yield self._problem(row, Column.NUMBER, Problem.NUMBER_TWICE, {"rows": named})


def check_now(import_id: int, listener: Listener | None = None) -> bool:
    """Check in this process; whether it was this process that did. `listener` hears percentages."""
    with transaction():
        job = jobs.claim(import_id, RosterState.UPLOADED, listener)
    if job is None:
        return False
    try:
        _check(job)
    except UnusableFileError as unusable:
        _give_up(job, unusable)
    except LostClaimError:
        return False
    return True


def _check(job: Job) -> None:
    clear_rows(job.import_id, RosterRow, RosterProblem)
    roster = db.session.get_one(RosterImport, job.import_id)
    format = roster.format
    check = _begin(job, roster)
    for batch in read_batches(pieces_of(job.key, UPLOAD), format):
        check.take(batch)
    header = check.finish_rows()
    if check.counts[Verdict.REFUSED]:
        write_marked(job, format, header, READ_PERCENT, MARKED_PERCENT)
    with transaction():
        _finish(job, check)
    if job.listener is not None:
        job.listener(100)


def _begin(job: Job, roster: RosterImport) -> Check:
    actor = db.session.get_one(Person, roster.uploader_id)
    if not actor.may_study or Permission.PEOPLE_ROSTER_IMPORT not in permissions_of(actor):
        raise UnusableFileError(FileFault.NOT_ALLOWED)
    judge = Judge(job.import_id, job.key, Scope(actor, roster.unit_id))
    return Check(job, roster.unit_id is None, judge)


def _finish(job: Job, check: Check) -> None:
    roster = jobs.claimed(job)
    counts = check.counts
    jobs.let_go(roster, RosterState.CHECKED)
    roster.new_count = counts[Verdict.NEW]
    roster.changed_count = counts[Verdict.CHANGED]
    roster.unchanged_count = counts[Verdict.UNCHANGED]
    roster.moved_count = counts[Verdict.MOVED]
    roster.asked_count = check.asked
    roster.refused_count = counts[Verdict.REFUSED]
    roster.has_marked = counts[Verdict.REFUSED] > 0
    roster.checks += 1
    roster.attempts = 0
    roster.checked_at = clock.now()
    record(
        AuditTag.ACCOUNTS_ROSTER_CHECK,
        roster.uploader_id,
        f"roster:{roster.id}",
        organization_id=roster.organization_id,
        **{verdict.value: counts[verdict] for verdict in Verdict},
    )


def _give_up(job: Job, unusable: UnusableFileError) -> None:
    try:
        with transaction():
            jobs.set_failed(jobs.claimed(job), unusable.fault, **unusable.detail)
    except LostClaimError:
        return
