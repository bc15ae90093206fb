"""Rate limits, counted where LMS_RATELIMIT_STORAGE says."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from lms.config import Settings

limiter = Limiter(get_remote_address)
# Stops floods alone: a whole school, or a whole town, may stand behind one address. Guessing is
# stopped by waits that each account has for itself.
FLOOD = "600/minute"


def register(app: Flask, settings: Settings) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = settings.ratelimit_storage
    limiter.init_app(app)
