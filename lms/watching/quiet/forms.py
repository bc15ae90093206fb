"""Stretches as a trainer writes them, two instants a row, and what is wrong with which."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from lms.watching.quiet.rules import MOST_STRETCHES, Stretch, read_instant, write_instant


class QuietForm(FlaskForm):
    """Carries the token alone: its rows are as many as the trainer likes."""


@dataclass(frozen=True)
class Row:
    """What stands in the two fields of a stretch; `error` says what is wrong in `field`."""

    start: str = ""
    end: str = ""
    field: str = ""
    error: str = ""


def rows_of(stretches: Iterable[Stretch]) -> list[Row]:
    """The rows that show these stretches."""
    return [Row(write_instant(start), write_instant(end)) for start, end in stretches]


def rows_from(sent: MultiDict[str, str]) -> list[Row]:
    """The rows as they were sent, without empty ones, and no more than could be kept."""
    pairs = zip(sent.getlist("start"), sent.getlist("end"), strict=False)
    written = [Row(start.strip(), end.strip()) for start, end in pairs]
    # One more than allowed is enough to say that there are too many.
    return [row for row in written if row.start or row.end][: MOST_STRETCHES + 1]


def checked(rows: Sequence[Row], last_second: int) -> tuple[list[Stretch], list[Row]]:
    """The sound stretches, and all rows with what is wrong told at its field."""
    stretches: list[Stretch] = []
    told: list[Row] = []
    for row in rows:
        start, end = read_instant(row.start), read_instant(row.end)
        field, error = _problem(start, end, last_second)
        told.append(Row(row.start, row.end, field, error))
        if not error and start is not None and end is not None:
            stretches.append((start, end))
    return stretches, told


def _problem(start: int | None, end: int | None, last_second: int) -> tuple[str, Any]:
    if start is None:
        return "start", _("请用“分:秒”填写开始时间，如 05:30。")
    if end is None:
        return "end", _("请用“分:秒”填写结束时间，如 07:00。")
    if end <= start:
        return "end", _("结束时间应晚于开始时间。")
    if end > last_second:
        return "end", _("视频只有 %(length)s，请改正结束时间。", length=write_instant(last_second))
    return "", ""
