"""Numbers and days of claims. Pure."""

import datetime as dt
import unicodedata

LONGEST_TITLE = 200
LONGEST_NUMBER = 64
LONGEST_REMARK = 500
# How many earlier years may be claimed: title reviews look back over five (Yantai 2023, 六（一）).
EARLIER_YEARS = 5
# Shorter ones are "无", "1", "2024": no number of any certificate.
_SHORTEST_KEY = 5


def certificate_key(number: str) -> str:
    """The number as it is compared: full width made narrow, upper case, letters and digits alone.

    Empty for what is too short to be told from another's.
    """
    narrow = unicodedata.normalize("NFKC", number).upper()
    key = "".join(character for character in narrow if character.isalnum())
    return key[:LONGEST_NUMBER] if len(key) >= _SHORTEST_KEY else ""


def claimable_years(today: dt.date) -> list[int]:
    """The years that hours may be claimed for, the present one first."""
    return list(range(today.year, today.year - EARLIER_YEARS - 1, -1))


def due_on(arrived_on: dt.date, days: int, year: int) -> dt.date:
    """The last day on which a desk is to decide: so many days after a claim came, or, for hours of
    the year that runs, the last of December if that is earlier.

    With the year its system closes (Zaozhuang 2024, 六), and what is not recognised is short.
    """
    due = arrived_on + dt.timedelta(days=days)
    closing = dt.date(arrived_on.year, 12, 31)
    return min(due, closing) if year == arrived_on.year else due


def one_line(text: str) -> str:
    """A text without line ends and doubled spaces, as titles and numbers are kept."""
    return " ".join(text.split())
