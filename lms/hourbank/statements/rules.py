"""Whether an annual certificate still holds. Pure."""

from lms.core.types import Hours
from lms.hourbank.rules import Requirement, shortfall

NUMBER_PREFIX = "JY"


def holds(
    printed_public: Hours, printed_professional: Hours, public: Hours, professional: Hours
) -> bool:
    """Whether what a certificate says is still there: no category has less than is printed."""
    return public >= printed_public and professional >= printed_professional


def is_met(public: Hours, professional: Hours, required: Requirement) -> bool:
    """Whether a year with these sums is met."""
    return shortfall(public, professional, required).is_met
