import pytest

from lms.auditing import seal_log


@pytest.fixture(autouse=True)
def _no_log(app, settings):
    """Each test begins without a log of seals."""
    yield
    seal_log.log_path(settings).unlink(missing_ok=True)
