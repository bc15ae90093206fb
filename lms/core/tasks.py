"""Background work: Celery, bound to the application, fed only after a commit.

A task gets identifiers, never records and never personal data: a queue is no place for either.
Every task may run twice and must then do nothing new, for a worker can die at any point.
"""

from collections.abc import Callable
from typing import Any

from celery import Celery, Task
from flask import Flask, current_app

from lms.core.db import after_commit

celery_app = Celery("lms", set_as_current=True)


class AppTask(Task):
    """A task that runs inside the application's context."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        app: Flask = celery_app.flask_app
        with app.app_context():
            return self.run(*args, **kwargs)


celery_app.Task = AppTask


def init_tasks(app: Flask, broker_url: str, beat_file: str) -> None:
    """Bind Celery to the application and to its broker."""
    celery_app.flask_app = app
    celery_app.conf.update(
        broker_url=broker_url,
        # The embedded broker is polled once a second. Every option goes to create_engine(), which
        # refuses one it does not know; processes wait so many seconds for each other's write.
        broker_transport_options={"connect_args": {"timeout": 20}}
        if "sqlite" in broker_url
        else {},
        broker_connection_retry_on_startup=True,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        timezone="Asia/Shanghai",
        beat_schedule_filename=beat_file,
    )
    app.extensions["send_task"] = send_now


def task(function: Callable[..., Any]) -> Any:
    """Declare a background task, named by its module and function."""
    return celery_app.task(name=f"{function.__module__}.{function.__name__}")(function)


def send_now(work: Any, args: tuple[Any, ...]) -> None:
    """Hand `work` to the broker."""
    work.apply_async(args=args)


def enqueue_after_commit(work: Any, *args: Any) -> None:
    """Queue `work` with plain arguments once the present transaction is committed.

    A broker that is away costs nothing but time: every kind of work is also found again by a
    periodic sweep over the database, which is the one place that remembers what is to be done.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def send() -> None:
        try:
            app.extensions["send_task"](work, args)
        except Exception:
            # Not only what the client documents: two processes that make the embedded broker's
            # tables at once leave one of them with a channel that has lost its connection.
            app.logger.warning("broker away, %s waits for the sweep", work.name, exc_info=True)

    after_commit(send)


def every(seconds: float, work: Any) -> None:
    """Run `work` without arguments every `seconds`, by beat."""
    celery_app.conf.beat_schedule[work.name] = {"task": work.name, "schedule": seconds}
