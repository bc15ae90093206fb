"""Every setting of the platform: name, default, meaning and unit.

A setting is an environment variable `LMS_<NAME>`, or a line of the file `.env` in the project's
root. A name that is not listed here, a value that cannot be read and a missing value without a
default all stop the start and name the setting: a misspelt setting that is silently ignored is
worse than a service that does not start.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ("platform", "bank")
_AWS_NAMES = {
    "media_s3_endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
    "media_s3_key": ("AWS_ACCESS_KEY_ID",),
    "media_s3_secret": ("AWS_SECRET_ACCESS_KEY",),
    "media_s3_region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
}


class SettingError(Exception):
    """A setting is unknown, missing or wrong. The text names it."""


def setting(default: Any = MISSING, *, doc: str, unit: str = "", secret: bool = False) -> Any:
    """Declare a setting with its meaning (English, one sentence) and its unit.

    A secret is left out where the settings are shown as a whole, in a traceback for one.
    """
    metadata = {"doc": doc, "unit": unit}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings in force. Read once at the start, never changed."""

    secret_key: str = setting(
        doc="Signs sessions, watch tokens and forms; at least 32 characters.", secret=True
    )
    identity_key: str = setting(
        doc="Encrypts and looks up identity numbers; 64 hexadecimal digits, kept out of backups.",
        secret=True,
    )
    services: str = setting("platform,bank", doc="Which services run here: platform, bank or both.")
    database_url: str = setting(
        f"sqlite:///{ROOT}/var/lms.sqlite3",
        doc="SQLAlchemy address of the database.",
        secret=True,
    )
    broker_url: str = setting(
        f"sqla+sqlite:///{ROOT}/var/broker.sqlite3", doc="Celery broker address.", secret=True
    )
    var_dir: str = setting(f"{ROOT}/var", doc="Folder for keys and what is in work.")
    media_dir: str = setting(
        f"{ROOT}/media",
        doc="Folder for files; with LMS_MEDIA_URL only for what is passing through.",
    )
    media_url: str = setting(
        "", doc="Where files are kept: s3://bucket/folder; empty: in LMS_MEDIA_DIR."
    )
    media_base_url: str = setting(
        "/media/hls",
        doc="Where pages fetch segments: a path of this host, or the bucket's folder hls or a CDN.",
    )
    media_s3_endpoint: str = setting(
        "", doc="Address of the S3 service, the only one spoken to; empty: AWS_ENDPOINT_URL."
    )
    media_s3_region: str = setting(
        "", doc="Region of the bucket; empty: AWS_REGION, or us-east-1 without one."
    )
    media_s3_key: str = setting("", doc="Access key of the bucket; empty: AWS_ACCESS_KEY_ID.")
    media_s3_secret: str = setting(
        "", doc="Secret of the access key; empty: AWS_SECRET_ACCESS_KEY.", secret=True
    )
    media_s3_addressing: str = setting(
        "path", doc="Where the bucket stands in addresses: path, or virtual (in the host name)."
    )
    media_keep_days: int = setting(
        1, doc="What media-check may remove has lain unused for at least so long.", unit="days"
    )
    public_url: str = setting(
        "http://127.0.0.1:8000", doc="The platform's address as the public sees it; in QR codes."
    )
    bank_url: str = setting(
        "http://127.0.0.1:8000", doc="The hour bank's address, to which credits are delivered."
    )
    platform_code: str = setting("local", doc="This platform's name in the hour bank's register.")
    issuer_name: str = setting(
        "学时继续教育平台",
        doc="Issuer printed on certificates, who is also named as answering for personal data.",
    )
    contact: str = setting(
        "", doc="How people reach whoever answers for their data: telephone, e-mail, address."
    )
    locale: str = setting("zh", doc="Language of visitors who chose none: zh or en.")
    ratelimit_storage: str = setting(
        "memory://", doc="Where rate limits are counted (limits URI).", secret=True
    )
    proxies: int = setting(
        0, doc="Reverse proxies before the app whose X-Forwarded-For and -Proto are believed."
    )
    cookie_secure: bool = setting(False, doc="Send cookies over HTTPS only: yes or no.")
    session_hours: int = setting(
        12, doc="A learner's session ends after so long without a request.", unit="hours"
    )
    staff_idle_minutes: int = setting(
        30, doc="A session of staff ends after so long without a request.", unit="minutes"
    )
    staff_password_days: int = setting(
        90, doc="Staff must change a password older than this; 0: never.", unit="days"
    )
    second_factor: str = setting(
        "required", doc="Second factor of staff: required (no staff page without one) or offered."
    )
    code_days: int = setting(
        30, doc="How long an activation code handed out on paper is good.", unit="days"
    )
    mail_url: str = setting(
        "",
        doc="Mail server: smtp://user:password@host:587, or smtps://…; empty: files in var/mail.",
        secret=True,
    )
    mail_from: str = setting("", doc="Sender of mail; needed with LMS_MAIL_URL.")
    sms_url: str = setting(
        "", doc="HTTPS address that takes text messages as JSON; empty: files in var/sms."
    )
    sms_token: str = setting("", doc="Bearer token for LMS_SMS_URL.", secret=True)
    popup_every: int = setting(360, doc="Mean time between pop-up quizzes.", unit="seconds")
    window_seconds: int = setting(30, doc="Length of a video window, one key each.", unit="seconds")
    segment_seconds: int = setting(6, doc="Length of a video segment.", unit="seconds")
    prefetch_windows: int = setting(2, doc="Windows released ahead of the clock.", unit="windows")
    popup_waits: str = setting("5,10,20", doc="Waits after wrong pop-up answers.", unit="seconds")
    watch_token_hours: int = setting(12, doc="How long a watch token is good.", unit="hours")
    price_per_hour: int = setting(80, doc="Price of a professional credit hour.", unit="fen")
    order_minutes: int = setting(30, doc="How long an order waits to be paid.", unit="minutes")
    upload_max_mb: int = setting(20480, doc="Largest video upload taken.", unit="MiB")
    upload_chunk_mb: int = setting(8, doc="Largest piece of an upload per request.", unit="MiB")
    base_quota_gb: int = setting(
        500, doc="What a base may keep of films, unless its bureau set another.", unit="GB"
    )
    video_max_minutes: int = setting(480, doc="Longest video taken.", unit="minutes")
    request_max_mb: int = setting(16, doc="Largest other request body.", unit="MiB")
    roster_max_mb: int = setting(32, doc="Largest roster of people taken.", unit="MiB")
    roster_stale_seconds: int = setting(
        60, doc="A roster without a heartbeat for so long is taken up again.", unit="seconds"
    )
    ffmpeg: str = setting("ffmpeg", doc="The ffmpeg program.")
    ffprobe: str = setting("ffprobe", doc="The ffprobe program.")
    transcode_preset: str = setting("veryfast", doc="x264 preset of the renditions.")
    chunk_seconds: int = setting(
        120,
        doc="Films twice as long or longer are packaged by several workers, in chunks of at least"
        " this length; 0: never.",
        unit="seconds",
    )
    packaging_stale_seconds: int = setting(
        30, doc="A packaging job without a heartbeat for so long is taken up again.", unit="seconds"
    )
    delivery_every: int = setting(
        10, doc="How often undelivered hours are looked for.", unit="seconds"
    )
    claim_decide_days: int = setting(
        10, doc="How long each step may take to decide on a claim of hours.", unit="days"
    )
    claim_stand_in_days: int = setting(
        5,
        doc="After so long the organization above decides where nobody can, after twice as long"
        " any above it.",
        unit="days",
    )
    evidence_max_mb: int = setting(10, doc="Largest file of evidence taken.", unit="MiB")
    delivery_batch: int = setting(
        100, doc="How many overdue hours are delivered in one request; at most 500."
    )
    bank_timeout: int = setting(10, doc="Longest wait for the hour bank's answer.", unit="seconds")
    bank_log_every: int = setting(
        2, doc="How often entries of the hour bank get their place in its log.", unit="seconds"
    )
    bank_head_every: int = setting(
        3600, doc="How often the hour bank signs the head of its log.", unit="seconds"
    )
    log_level: str = setting("INFO", doc="Level of the log: DEBUG, INFO, WARNING or ERROR.")

    @property
    def runs_platform(self) -> bool:
        return "platform" in self.services.split(",")

    @property
    def runs_bank(self) -> bool:
        return "bank" in self.services.split(",")

    @property
    def media_path(self) -> Path:
        return Path(self.media_dir)

    @property
    def var_path(self) -> Path:
        return Path(self.var_dir)

    @property
    def popup_wait_seconds(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.popup_waits.split(","))


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and `.env` (the environment wins).

    Raises SettingError naming the first setting that is unknown, missing or wrong.
    """
    known = {f"LMS_{f.name.upper()}": f for f in fields(Settings)}
    given = _given(environ)
    for name in given:
        if name not in known:
            raise SettingError(f"{name}: no such setting; the README lists those that exist")
    values = {f.name: _value(name, f, given) for name, f in known.items()}
    if values["media_url"]:
        _take_from_aws(values, os.environ if environ is None else environ)
    settings = Settings(**values)
    _check(settings)
    return settings


def _given(environ: Mapping[str, str] | None) -> dict[str, str]:
    merged = {**dotenv_values(ROOT / ".env"), **os.environ} if environ is None else dict(environ)
    # Names under LMS_TEST_ and LMS_BENCH_ steer the test and bench scripts, not the service.
    scripts = ("LMS_TEST_", "LMS_BENCH_")
    return {
        name: value or ""
        for name, value in merged.items()
        if name.startswith("LMS_") and not name.startswith(scripts)
    }


def _take_from_aws(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    """What is not said of the bucket in our own words may stand in the usual names."""
    for name, others in _AWS_NAMES.items():
        found = (environ[other] for other in others if environ.get(other))
        values[name] = values[name] or next(found, "")
    values["media_s3_region"] = values["media_s3_region"] or "us-east-1"


def _value(name: str, f: "Field[Any]", given: Mapping[str, str]) -> Any:
    if name not in given:
        if f.default is MISSING:
            raise SettingError(f"{name} is missing: {f.metadata['doc']}")
        return f.default
    text = given[name].strip()
    if f.type is bool:
        return _boolean(name, text)
    if f.type is int:
        return _integer(name, text)
    return text


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise SettingError(f"{name}: {text!r} is neither yes nor no")
    return text.lower() == "yes"


def _integer(name: str, text: str) -> int:
    if not text.isdecimal():
        raise SettingError(f"{name}: {text!r} is not a whole number")
    return int(text)


def _check(settings: Settings) -> None:
    if len(settings.secret_key) < 32:
        raise SettingError("LMS_SECRET_KEY: shorter than 32 characters")
    try:
        usable = len(bytes.fromhex(settings.identity_key)) == 32
    except ValueError:
        usable = False
    if not usable:
        raise SettingError("LMS_IDENTITY_KEY: not 64 hexadecimal digits")
    services = settings.services.split(",")
    if not set(services) <= set(SERVICES) or len(set(services)) != len(services):
        raise SettingError(f"LMS_SERVICES: {settings.services!r} is not platform, bank or both")
    if settings.locale not in ("zh", "en"):
        raise SettingError(f"LMS_LOCALE: {settings.locale!r} is neither zh nor en")
    if settings.log_level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise SettingError(f"LMS_LOG_LEVEL: {settings.log_level!r} is no level")
    if settings.second_factor not in ("required", "offered"):
        raise SettingError(
            f"LMS_SECOND_FACTOR: {settings.second_factor!r} is neither required nor offered"
        )
    _check_senders(settings)
    _check_bucket(settings)
    _check_numbers(settings)


def _check_senders(settings: Settings) -> None:
    mail, sms = urlsplit(settings.mail_url), urlsplit(settings.sms_url)
    # The address may hold a password, so it is not repeated.
    if settings.mail_url and (mail.scheme not in ("smtp", "smtps") or not mail.hostname):
        raise SettingError("LMS_MAIL_URL: not smtp://… or smtps://…")
    if settings.mail_url and "@" not in settings.mail_from:
        raise SettingError("LMS_MAIL_FROM: no mail address, but LMS_MAIL_URL is set")
    if settings.sms_url and (sms.scheme not in ("http", "https") or not sms.hostname):
        raise SettingError("LMS_SMS_URL: not http://… or https://…")


def _check_bucket(settings: Settings) -> None:
    if settings.media_s3_addressing not in ("path", "virtual"):
        raise SettingError(
            f"LMS_MEDIA_S3_ADDRESSING: {settings.media_s3_addressing!r} is neither path nor virtual"
        )
    if not settings.media_url:
        return
    place, endpoint = urlsplit(settings.media_url), urlsplit(settings.media_s3_endpoint)
    if place.scheme != "s3" or not place.netloc or "@" in place.netloc:
        raise SettingError("LMS_MEDIA_URL: not s3://bucket or s3://bucket/folder")
    # Without one, and without a key, the library would look about in the network for them.
    if endpoint.scheme not in ("http", "https") or not endpoint.hostname:
        raise SettingError("LMS_MEDIA_S3_ENDPOINT: not https://…, but LMS_MEDIA_URL is set")
    for name in ("media_s3_key", "media_s3_secret"):
        if not getattr(settings, name):
            raise SettingError(f"LMS_{name.upper()} is missing, but LMS_MEDIA_URL is set")


_MAY_BE_ZERO = ("chunk_seconds", "proxies", "staff_password_days")


def _check_numbers(settings: Settings) -> None:
    for f in fields(Settings):
        least = 0 if f.name in _MAY_BE_ZERO else 1
        if f.type is int and getattr(settings, f.name) < least:
            raise SettingError(f"LMS_{f.name.upper()}: must be at least {least}")
    if settings.window_seconds % settings.segment_seconds:
        raise SettingError("LMS_WINDOW_SECONDS: not a multiple of LMS_SEGMENT_SECONDS")
    if settings.delivery_batch > 500:
        raise SettingError("LMS_DELIVERY_BATCH: at most 500, which is what the bank takes")
    waits = settings.popup_waits.split(",")
    if not all(part.strip().isdecimal() for part in waits):
        raise SettingError(f"LMS_POPUP_WAITS: {settings.popup_waits!r} is no list of seconds")
