"""The vault of this process, keyed by LMS_IDENTITY_KEY."""

from flask import current_app

from lms.core.crypto import Vault


def vault() -> Vault:
    """The vault made at the start of the application."""
    made: Vault = current_app.extensions["vault"]
    return made
