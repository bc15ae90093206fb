"""When to remind, how long to wait before the next try: numbers and dates alone."""

import datetime as dt

REMINDED_AT_DAYS = (1, 7, 30)
"""So many days before a course closes those who have not finished are reminded; ascending."""

REMINDERS_FROM_HOUR = 8
"""From this hour on (Shanghai), so that no text message wakes anybody up."""

FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=2)
GIVEN_UP_AFTER = dt.timedelta(days=1)
"""How long after it was written a message is still worth sending."""


def reminder_due(closes_on: dt.date, today: dt.date) -> int | None:
    """Which of REMINDED_AT_DAYS is due today, or was last and may have been missed.

    None while the course is open for longer than any of them, and after its last day. However many
    were missed, one is due.
    """
    days_left = (closes_on - today).days
    if days_left < 0:
        return None
    return next((days for days in REMINDED_AT_DAYS if days_left <= days), None)


def begun_before(closes_on: dt.date, days: int) -> dt.date:
    """The day before which one must have begun to be reminded `days` before closing.

    Whoever began later knew how little time was left; the next reminder is the first for them.
    """
    return closes_on - dt.timedelta(days=days)


def wait_after(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts (1 or more) that failed: doubling, at most 2 h."""
    doubled: dt.timedelta = FIRST_WAIT * 2 ** min(attempts - 1, 20)
    return min(doubled, LONGEST_WAIT)
