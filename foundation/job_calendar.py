"""The calendar of jobs: one worker of however many leads, and puts each scheduled job on the queue when it is due.

The leader is the worker whose connection holds an advisory lock; when it dies PostgreSQL gives the lock back and
another takes over within seconds. A due time is also a unique row, so that even two leaders for a moment queue a job
once. What fell due while no worker ran is queued once when one leads again.
"""

import threading
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import DBAPIError

from foundation.jobs import Job, all_jobs

LONDON = ZoneInfo("Europe/London")
LEADER = 7_246_002  # the advisory lock's number; migrations hold the one before it
BEAT_SECONDS = 5.0
SILENT_SECONDS = 45  # procrastinate's workers beat every ten
MOST_ATTEMPTS = 5  # work that has killed its worker this often is given up

TRY_TO_LEAD = text("SELECT pg_try_advisory_lock(:number)")
LAST_DUE = text("SELECT max(defer_timestamp) FROM queue.procrastinate_periodic_defers WHERE task_name = :name")
BEGIN_COUNTING = text("""
    INSERT INTO queue.procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
    VALUES (:name, 'calendar', :due) ON CONFLICT DO NOTHING
""")
QUEUE_ONCE = text("""
    SELECT queue.procrastinate_defer_periodic_job_v2('default', :name, NULL, :name, 0, 'calendar', :due, '{}')
    WHERE NOT EXISTS (SELECT FROM queue.procrastinate_jobs WHERE task_name = :name AND status = 'todo' AND args = '{}')
""")
STALLED = """
    FROM queue.procrastinate_jobs job LEFT JOIN queue.procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :silent))
"""
TRY_AGAIN = text(
    f"SELECT queue.procrastinate_retry_job_v2(job.id, now(), NULL, NULL, NULL) {STALLED} AND job.attempts < :most"
)
GIVE_UP = text(f"SELECT queue.procrastinate_finish_job_v1(job.id, 'failed', false) {STALLED} AND job.attempts >= :most")

log = structlog.get_logger("calendar")


class Calendar(threading.Thread):
    """A worker's readiness to lead. `leads` tells whether it does at the moment."""

    def __init__(self, address: str, *, beat_seconds: float = BEAT_SECONDS) -> None:
        super().__init__(name="calendar", daemon=True)
        self.engine = create_engine(address, poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
        self.beat_seconds = beat_seconds
        self.leads = threading.Event()
        self.stopping = threading.Event()

    def run(self) -> None:
        """Try to lead until told to stop; a database that is away for a while only makes it wait."""
        while not self.stopping.is_set():
            try:
                with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    if connection.scalar(TRY_TO_LEAD, {"number": LEADER}):
                        self._lead(connection)
            except DBAPIError as lost:
                log.warning("calendar lost the database", reason=type(lost.orig).__name__)
            self.stopping.wait(self.beat_seconds)

    def stop(self) -> None:
        """Stop leading and give the lock back."""
        self.stopping.set()
        self.join(timeout=30)

    def _lead(self, connection: Connection) -> None:
        """Keep the timetable until the connection, and with it the leadership, is lost."""
        scheduler = BackgroundScheduler(timezone=LONDON)
        for job in scheduled_jobs():
            scheduler.add_job(self._queue, trigger_of(job), [job.name], coalesce=True, misfire_grace_time=None)
        queue_what_was_missed(connection)
        scheduler.start()
        self.leads.set()
        log.info("calendar leads", jobs=[job.name for job in scheduled_jobs()])
        try:
            while not self.stopping.is_set():
                take_up_stalled_work(connection)
                self.stopping.wait(self.beat_seconds)
        finally:
            self.leads.clear()
            scheduler.shutdown(wait=True)

    def _queue(self, name: str) -> None:
        """Called by the scheduler when a job is due, on a connection of its own."""
        with self.engine.begin() as connection:
            queue_once(connection, name, due=datetime.now(UTC).replace(second=0, microsecond=0))


def scheduled_jobs() -> list[Job]:
    return [job for job in all_jobs() if job.schedule]


def trigger_of(job: Job) -> CronTrigger:
    return CronTrigger.from_crontab(job.schedule, LONDON)


def queue_once(connection: Connection, name: str, *, due: datetime) -> None:
    """Queue a job for a due time unless it was queued for it before, or still waits from an earlier one."""
    connection.execute(QUEUE_ONCE, {"name": name, "due": int(due.timestamp())})


def queue_what_was_missed(connection: Connection) -> None:
    """Queue, once each, the jobs that fell due since they last did; a job never seen before is counted from now."""
    now = datetime.now(UTC)
    for job in scheduled_jobs():
        last = connection.scalar(LAST_DUE, {"name": job.name})
        if last is None:
            connection.execute(BEGIN_COUNTING, {"name": job.name, "due": int(now.timestamp())})
            continue
        before = datetime.fromtimestamp(last, UTC)
        due = trigger_of(job).get_next_fire_time(before, before)
        if due is not None and due <= now:
            log.info("calendar catches up", job=job.name, due=due.isoformat())
            queue_once(connection, job.name, due=due)


def take_up_stalled_work(connection: Connection) -> None:
    """Put back the work of workers that fell silent; give up work whose every worker did."""
    values = {"silent": SILENT_SECONDS, "most": MOST_ATTEMPTS}
    for statement in (TRY_AGAIN, GIVE_UP):
        for _ in connection.execute(statement, values):
            log.warning("work of a silent worker taken up")
