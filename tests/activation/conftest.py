import shutil
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _empty_outbox(app):
    yield
    for name in ("mail", "sms"):
        shutil.rmtree(Path(app.extensions["settings"].var_dir) / name, ignore_errors=True)
