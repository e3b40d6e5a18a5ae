"""The worker: the process that does the deferred work, and may lead the calendar. Any number may run."""

import asyncio
import gc
from collections.abc import Callable
from datetime import timedelta

import procrastinate
import structlog
from flask import Flask
from sqlalchemy import make_url, text

from foundation.database import db
from foundation.job_calendar import Calendar
from foundation.jobs import Job, all_jobs, job

STOPPING_SECONDS = 20
KEPT = timedelta(days=30)
FORGET = text("""
    DELETE FROM queue.procrastinate_jobs job
    WHERE status IN ('succeeded', 'cancelled')
      AND NOT EXISTS (
        SELECT FROM queue.procrastinate_events event WHERE event.job_id = job.id AND event.at > now() - :kept
      )
""")

log = structlog.get_logger("worker")


@job("queue.forget", schedule="40 3 * * *")
def forget_finished_work() -> None:
    """Clear the queue of work that was done thirty days ago or more."""
    db.session.execute(FORGET, {"kept": KEPT})
    db.session.commit()


def run_worker(app: Flask, *, until_idle: bool = False) -> None:
    """Do the queue's work until told to stop (SIGTERM, Ctrl-C), or with `until_idle` until nothing is left.

    What is being done is finished first; what takes longer than that is taken up by another worker.
    """
    address = app.config["SQLALCHEMY_DATABASE_URI"]
    calendar = Calendar(address)
    if not until_idle:
        calendar.start()
    try:
        asyncio.run(_work(app, address, until_idle))
    finally:
        if calendar.is_alive():
            calendar.stop()


async def _work(app: Flask, address: str, until_idle: bool) -> None:
    queue = _queue(address)
    for known in all_jobs():
        queue.task(name=known.name, retry=_again(known))(_within(app, known))
    async with queue.open_async():
        log.info("worker starts", jobs=len(all_jobs()))
        await queue.run_worker_async(wait=not until_idle, shutdown_graceful_timeout=STOPPING_SECONDS)


def _again(known: Job) -> procrastinate.RetryStrategy | bool:
    """After 4, 16, 64 … seconds, as many times as the job has tries left after its first."""
    if known.tries == 1:
        return False
    return procrastinate.RetryStrategy(max_attempts=known.tries - 1, exponential_wait=4)


def _queue(address: str) -> procrastinate.App:
    conninfo = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    return procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=conninfo, min_size=1, max_size=3, kwargs={"options": "-c search_path=queue"}
        )
    )


def _within(app: Flask, known: Job) -> Callable[..., None]:
    """The job's function inside an application context of its own, its session closed and its memory given back."""

    def do(**arguments: object) -> None:
        try:
            with app.app_context(), structlog.contextvars.bound_contextvars(job=known.name):
                known.work(**arguments)
        finally:
            gc.collect()

    return do
