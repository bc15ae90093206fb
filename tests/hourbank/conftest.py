"""A registered platform that signs its requests."""

from dataclasses import replace

import pytest

from lms.core.db import transaction
from lms.core.keys import load_or_create_key, public_pem
from lms.hourbank import operations
from tests.hourbank.support import SigningPlatform


@pytest.fixture
def other_platform(app, platform, tmp_path) -> SigningPlatform:
    """Another registered platform, with a key of its own."""
    key = load_or_create_key(tmp_path / "keys" / "platform-ed25519.pem")
    with transaction():
        operations.register_platform("other", public_pem(key))
    other = SigningPlatform(app)
    other.signing = replace(platform.settings, platform_code="other", var_dir=str(tmp_path))
    return other


@pytest.fixture
def platform(app, clock) -> SigningPlatform:
    # On PostgreSQL the same code has another id in each test.
    app.extensions["credit_lane"].forget_platforms()
    return SigningPlatform(app)
