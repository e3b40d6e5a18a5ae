"""Work done later: jobs by name, deferred in a verb's own transaction, done by a worker process.

A job's arguments say which row it is about and nothing else: the queue is a table that operators read. The job
function chooses as whom it acts (`tenancy.act_for`), and must bear being run twice: a worker may die half-way.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import text

from foundation.database import db

P = ParamSpec("P")
R = TypeVar("R")

#: What says which: a row's number or identifier, a reference, a quarter's name.
Key = int | str | UUID
LONGEST_KEY = 64
DIGIT_FOR_A_DAY = re.compile(r"\d")

DEFER = text("""
    SELECT (queue.procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', :name, 0, CAST(:lock AS text), NULL, CAST(:arguments AS jsonb), NULL)
        ::queue.procrastinate_job_to_defer_v1
    ]))[1]
""")


class UnknownJob(LookupError):
    """No job of that name is registered."""


@dataclass(frozen=True)
class Job:
    """A kind of work: its name, what does it, when the calendar calls for it, how often a failure is tried again."""

    name: str
    work: Callable[..., object]
    schedule: str
    tries: int

    @property
    def meaning(self) -> str:
        """What the job is for, in a line: the first of its function's docstring."""
        return (self.work.__doc__ or "").strip().partition("\n")[0]


_jobs: dict[str, Job] = {}


def job(name: str, *, schedule: str = "", tries: int = 3) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register a function as the job of a name.

    `schedule` is five cron fields in London time, weekdays by name (`0 6 * * mon`): APScheduler counts them from
    Monday, cron from Sunday, so a digit there is refused.
    """

    def register(work: Callable[P, R]) -> Callable[P, R]:
        if name in _jobs and _jobs[name].work is not work:
            raise ValueError(f"Two jobs are called {name}.")
        if schedule and DIGIT_FOR_A_DAY.search(schedule.split()[4]):
            raise ValueError(f"{name}: name the weekday in “{schedule}” (mon, tue, …).")
        _jobs[name] = Job(name, work, schedule, tries)
        return work

    return register


def all_jobs() -> list[Job]:
    """Every registered job, by name."""
    return [_jobs[name] for name in sorted(_jobs)]


def find_job(name: str) -> Job:
    """The job of a name; raises UnknownJob."""
    try:
        return _jobs[name]
    except KeyError:
        raise UnknownJob(f"There is no job called {name}. `flask jobs list` shows those there are.") from None


def defer(job_name: str, *, one_at_a_time: str = "", **arguments: Key) -> int:
    """Put work on the queue within the session's transaction: it is there once that commits, and not at all if not.

    Jobs that share `one_at_a_time` are never done at the same moment. Gives back the queue's number for the work.
    """
    values = {"name": find_job(job_name).name, "lock": one_at_a_time or None, "arguments": as_json(arguments)}
    return int(db.session.execute(DEFER, values).scalar_one())


def as_json(arguments: Mapping[str, Key]) -> str:
    """A job's arguments as the queue keeps them; refuses what is no key, since a queue is no place for facts."""
    for name, value in arguments.items():
        if not isinstance(value, int | str | UUID) or len(str(value)) > LONGEST_KEY:
            raise TypeError(f"The job's argument {name} is not a key: pass the row's identifier.")
    return json.dumps({name: str(value) if isinstance(value, UUID) else value for name, value in arguments.items()})
