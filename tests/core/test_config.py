import pytest

from lms.config import SettingError, load_settings

GOOD = {"LMS_SECRET_KEY": "s" * 32, "LMS_IDENTITY_KEY": "ab" * 32}


def test_only_the_two_keys_are_needed():
    settings = load_settings(GOOD)
    assert settings.runs_platform
    assert settings.runs_bank
    assert settings.window_seconds == 30


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"LMS_SECRET_KEY": "short"}, "LMS_SECRET_KEY"),
        ({"LMS_IDENTITY_KEY": "zz" * 32}, "LMS_IDENTITY_KEY"),
        ({"LMS_PRICE_PER_HUOR": "80"}, "LMS_PRICE_PER_HUOR"),
        ({"LMS_PRICE_PER_HOUR": "0.8"}, "LMS_PRICE_PER_HOUR"),
        ({"LMS_PRICE_PER_HOUR": "0"}, "LMS_PRICE_PER_HOUR"),
        ({"LMS_COOKIE_SECURE": "1"}, "LMS_COOKIE_SECURE"),
        ({"LMS_SERVICES": "plattform"}, "LMS_SERVICES"),
        ({"LMS_LOCALE": "fr"}, "LMS_LOCALE"),
        ({"LMS_LOG_LEVEL": "LOUD"}, "LMS_LOG_LEVEL"),
        ({"LMS_WINDOW_SECONDS": "31"}, "LMS_WINDOW_SECONDS"),
        ({"LMS_POPUP_WAITS": "5;10"}, "LMS_POPUP_WAITS"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(change, named):
    with pytest.raises(SettingError, match=named):
        load_settings({**GOOD, **change})


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_a_missing_setting_is_named(missing):
    given = {name: value for name, value in GOOD.items() if name != missing}
    with pytest.raises(SettingError, match=missing):
        load_settings(given)
