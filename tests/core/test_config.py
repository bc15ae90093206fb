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
        ({"LMS_MEDIA_S3_ADDRESSING": "host"}, "LMS_MEDIA_S3_ADDRESSING"),
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


BUCKET = {
    "LMS_MEDIA_URL": "s3://bucket/platform",
    "LMS_MEDIA_S3_ENDPOINT": "https://s3.example",
    "LMS_MEDIA_S3_KEY": "key",
    "LMS_MEDIA_S3_SECRET": "the-secret",
}


def test_bucket_needs_an_endpoint_and_a_key_so_that_none_is_looked_for():
    assert load_settings({**GOOD, **BUCKET}).media_s3_region == "us-east-1"
    for missing in list(BUCKET)[1:]:
        given = {name: value for name, value in BUCKET.items() if name != missing}
        with pytest.raises(SettingError, match=missing):
            load_settings({**GOOD, **given})


@pytest.mark.parametrize("url", ["/media", "https://bucket", "s3://", "s3://key:secret@bucket"])
def test_what_is_no_bucket_is_refused_without_being_repeated(url):
    with pytest.raises(SettingError, match="LMS_MEDIA_URL: not s3") as refused:
        load_settings({**GOOD, **BUCKET, "LMS_MEDIA_URL": url})
    assert "secret" not in str(refused.value)


def test_bucket_is_also_known_by_the_usual_names():
    usual = {
        "AWS_ENDPOINT_URL": "https://s3.example",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "the-secret",
        "AWS_REGION": "cn-east-1",
    }
    settings = load_settings({**GOOD, **usual, "LMS_MEDIA_URL": "s3://bucket"})
    assert settings.media_s3_endpoint == "https://s3.example"
    assert (settings.media_s3_key, settings.media_s3_secret) == ("key", "the-secret")
    assert settings.media_s3_region == "cn-east-1"
    ours = load_settings({**GOOD, **usual, **BUCKET, "LMS_MEDIA_S3_KEY": "another"})
    assert ours.media_s3_key == "another"


def test_settings_shown_as_a_whole_hide_what_is_secret():
    shown = repr(load_settings({**GOOD, **BUCKET}))
    assert "s3.example" in shown
    for secret in ("the-secret", GOOD["LMS_SECRET_KEY"], GOOD["LMS_IDENTITY_KEY"]):
        assert secret not in shown
