"""How long to wait before the bank is asked again."""

FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 3600.0


def wait_seconds(attempts: int, chance: float) -> float:
    """Seconds until the next attempt, after `attempts` (1 or more) that failed.

    Doubles from 5 seconds to at most an hour. `chance` in 0..1 spreads it over the upper half, so
    that many deliveries that failed together do not all come back together.
    """
    doubled = FIRST_WAIT_SECONDS * 2.0 ** min(attempts - 1, 20)
    longest = min(doubled, LONGEST_WAIT_SECONDS)
    return longest * (0.5 + 0.5 * chance)
