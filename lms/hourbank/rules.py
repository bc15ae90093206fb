"""What a year asks for, and what is short of it."""

from dataclasses import dataclass

from lms.core.types import ZERO_HOURS, Hours


@dataclass(frozen=True)
class Requirement:
    """What a year asks for: at least so much of each category, and so much in all."""

    public: Hours
    professional: Hours
    total: Hours


@dataclass(frozen=True)
class Shortfall:
    """What is missing from a year; zero where nothing is."""

    public: Hours
    professional: Hours
    total: Hours

    @property
    def is_met(self) -> bool:
        return not (self.public or self.professional or self.total)


def shortfall(public: Hours, professional: Hours, required: Requirement) -> Shortfall:
    """What a year with these sums lacks.

    Each category is judged on its own: 40 public and 55 professional make 95 and do not pass
    (Shandong 2025, 一, and every city's notice).
    """
    return Shortfall(
        public=max(required.public - public, ZERO_HOURS),
        professional=max(required.professional - professional, ZERO_HOURS),
        total=max(required.total - public - professional, ZERO_HOURS),
    )
