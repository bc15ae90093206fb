"""The one entry point: `app` for the web servers, `celery_app` for worker and beat."""

from lms.core.garbage import keep_what_is_loaded
from lms.core.tasks import celery_app
from lms.factory import create_app

app = create_app()
keep_what_is_loaded()

__all__ = ["app", "celery_app"]
