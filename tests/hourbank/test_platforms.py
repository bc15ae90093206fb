"""Registered platforms: listed, given another key, struck off."""

import pytest

from lms.core.db import transaction
from lms.core.keys import load_or_create_key, public_pem
from lms.hourbank import booking
from tests.hourbank.support import credit_body


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "new.pem"
    path.write_text(public_pem(load_or_create_key(tmp_path / "other.pem")))
    return path


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["bank", *map(str, arguments)])


def status(platform, reference):
    return platform.post("/credits", credit_body(reference=reference)).status_code


def test_old_key_is_good_for_the_overlap_and_then_no_more(
    app, platform, other_platform, key_file, clock, tmp_path
):
    new_key = tmp_path / "keys" / "platform-ed25519.pem"
    key_file.write_text(public_pem(load_or_create_key(new_key)))
    assert run(app, "change-key", "local", key_file, "--overlap-hours", 2).exit_code == 0
    assert status(platform, "by the old key") == 201
    # The other platform's key is now this one's as well.
    other_platform.signing = other_platform.signing.__class__(
        **{**vars(other_platform.signing), "platform_code": "local"}
    )
    assert status(other_platform, "by the new key") == 201
    clock.advance(hours=2)
    assert status(platform, "too late") == 401
    assert status(other_platform, "still good") == 201


def test_stolen_key_is_struck_off_at_once(app, platform, key_file):
    assert status(platform, "before") == 201
    assert run(app, "change-key", "local", key_file, "--overlap-hours", 0).exit_code == 0
    assert status(platform, "after") == 401


def test_platforms_are_listed_and_deactivated(app, platform):
    assert run(app, "platforms").output.startswith("local: active, registered 2025-06-02")
    assert run(app, "deactivate-platform", "local").exit_code == 0
    assert "local: inactive" in run(app, "platforms").output
    assert status(platform, "after") == 401


def test_unknown_platforms_and_the_banks_own_are_left_alone(app, platform, key_file):
    with transaction():
        booking.own_platform()
    for code in ("nobody", booking.OWN_CODE):
        assert run(app, "deactivate-platform", code).exit_code == 1
        assert run(app, "change-key", code, key_file).exit_code == 1
    key_file.write_text("no key")
    assert run(app, "change-key", "local", key_file).exit_code == 1
