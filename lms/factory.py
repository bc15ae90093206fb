"""create_app(): the only file that knows every feature."""

import logging
from pathlib import Path
from types import ModuleType

from flask import Flask

from lms import (
    accounts,
    activation,
    administration,
    auditing,
    catalog,
    certificates,
    claims,
    cli,
    documents,
    enrollments,
    exams,
    hourbank,
    hours,
    memberships,
    notices,
    payments,
    questions,
    readings,
    roster,
    schemes,
    second_factor,
    upkeep,
    videos,
    watching,
    web,
)
from lms.accounts.queries import permissions_of
from lms.config import ROOT, Settings, load_settings
from lms.core.crypto import Vault
from lms.core.db import init_db
from lms.core.files import init_files
from lms.core.tasks import init_tasks

# People and organizations are the same to both services.
SHARED_FEATURES: tuple[ModuleType, ...] = (
    accounts,
    activation,
    second_factor,
    auditing,
    administration,
    memberships,
    roster,
    documents,
    upkeep,
)
PLATFORM_FEATURES: tuple[ModuleType, ...] = (
    catalog,
    readings,
    enrollments,
    questions,
    videos,
    hours,
    certificates,
    payments,
    watching,
    exams,
    schemes,
    notices,
)
BANK_FEATURES: tuple[ModuleType, ...] = (hourbank, claims)


def create_app(settings: Settings | None = None) -> Flask:
    """The application with every feature of the services it runs.

    Raises config.SettingError if a setting is missing or wrong.
    """
    settings = settings or load_settings()
    logging.basicConfig(level=settings.log_level)
    app = Flask(
        "lms", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "lms/static")
    )
    app.extensions["settings"] = settings
    app.extensions["vault"] = Vault(bytes.fromhex(settings.identity_key))
    app.extensions["permissions_of"] = permissions_of
    Path(settings.var_dir).mkdir(parents=True, exist_ok=True)
    init_files(app, settings)
    init_db(app, settings.database_url, str(ROOT / "migrations"))
    init_tasks(app, settings.broker_url, f"{settings.var_dir}/beat")
    web.register(app, settings)
    for feature in _features(settings):
        feature.register(app)
    cli.register(app)
    return app


def _features(settings: Settings) -> list[ModuleType]:
    features = list(SHARED_FEATURES)
    if settings.runs_platform:
        features.extend(PLATFORM_FEATURES)
    if settings.runs_bank:
        features.extend(BANK_FEATURES)
    return features
