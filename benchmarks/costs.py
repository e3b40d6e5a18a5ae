"""What is measured outside the browser: the register import, the demo load and the reports, in seconds and peak memory of a process."""

import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.server import PROJECT

REGISTER = PROJECT.parent / "shared" / "data" / "ofsted_providers_2025-03-31.csv"


@dataclass(frozen=True)
class Cost:
    """A piece of work: how long, how much memory at its peak, and its floor."""

    name: str
    seconds: float
    megabytes: float
    floor: str
    floor_seconds: float

    @property
    def ratio(self) -> float:
        """How many times the floor."""
        return self.seconds / self.floor_seconds

    def as_json(self) -> dict[str, object]:
        """For the file of results."""
        return {**asdict(self), "ratio": self.ratio}


def flask(environment: dict[str, str], *words: str) -> tuple[float, float]:
    """Run one of our commands; its seconds and its peak memory in megabytes."""
    command = [str(Path(sys.executable).with_name("flask")), "--app", "wsgi", *words]
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"flask {' '.join(words)} failed.")
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def copy_again(connection: Connection, *tables: str) -> float:
    """Seconds that COPY takes to write the same rows into tables of the same columns, without keys, fences or checks."""
    driver = connection.connection.driver_connection
    assert driver is not None
    seconds = 0.0
    for table in tables:
        connection.execute(text(f"CREATE TEMPORARY TABLE floor_{table} (LIKE {table})"))
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as out:
            rows = b"".join(bytes(block) for block in out)
        begun = time.perf_counter()
        with driver.cursor() as cursor, cursor.copy(f"COPY floor_{table} FROM STDIN") as into:
            into.write(rows)
        seconds += time.perf_counter() - begun
        connection.execute(text(f"DROP TABLE floor_{table}"))
    return seconds


def import_register(environment: dict[str, str], connection: Connection) -> Cost | None:
    """Ofsted's register, where the file lies beside the project."""
    if not REGISTER.exists():
        return None
    seconds, megabytes = flask(environment, "register", "import", str(REGISTER))
    return Cost(
        "Register import", seconds, megabytes, "COPY of the rows", copy_again(connection, "organisations", "settings")
    )


def make_reports(environment: dict[str, str]) -> list[Cost]:
    """One report of each kind, beside bare WeasyPrint on the same HTML in the same process."""
    command = [sys.executable, "-m", "benchmarks.reports"]
    done = subprocess.run(
        command, cwd=PROJECT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    rows = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") == 3]
    return [Cost(name, float(took), float(peak), "bare WeasyPrint", float(bare)) for name, took, peak, bare in rows]
