"""Background work: ending certificates from whose year hours were taken back."""

from lms.core.db import transaction
from lms.core.tasks import task
from lms.hourbank.statements import certificates

SWEEP_SIZE = 200


@task
def end_certificates() -> None:
    """The sweep. Until it has passed, whoever looks is told by the balances."""
    with transaction():
        certificates.end_unheld(SWEEP_SIZE)
