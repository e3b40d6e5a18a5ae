"""`benchmarks/run`: start a database of our own, load it, serve it, measure it, and print a table; the figures go to results/ too."""

import argparse
import json
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import create_engine

from benchmarks.costs import Cost, copy_again, flask, import_register, make_reports
from benchmarks.forecasts import time_forecast
from benchmarks.pages import time_pages
from benchmarks.schedules import time_schedules
from benchmarks.server import PROJECT, memory_of, web_server
from benchmarks.timing import Timed
from benchmarks.uplifts import Target, time_uplift
from demo.scaling import REPEATED
from foundation.cluster import Cluster
from foundation.config import Settings
from foundation.migrating import migrate

RESULTS = PROJECT / "benchmarks" / "results"


def main() -> None:
    """Measure everything once."""
    parser = argparse.ArgumentParser(description="Measure Harbour beside its floors, in one run.")
    parser.add_argument("--scale", type=int, default=10, help="how many times the demo's year stands (default 10)")
    parser.add_argument("--requests", type=int, default=60, help="requests a page (default 60)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="harbour-benchmark-") as folder:
        environment = {"DATA_DIR": folder, "LOG_LEVEL": "ERROR", "DATABASE_URL": "", "PORT": "8000"}
        cluster = Cluster(Settings.from_environment(environment))
        cluster.start()
        try:
            targets = _measure_targets(cluster, environment)
            _keep(asked, *_measure(cluster, environment, asked), targets)
        finally:
            cluster.stop()


def _measure(
    cluster: Cluster, environment: dict[str, str], asked: argparse.Namespace
) -> tuple[list[Timed], list[Cost], float]:
    addresses = cluster.addresses()
    migrate(addresses.owner)
    say("Loading the country's postcodes, the demo and its repetitions")
    flask(environment, "places", "load")
    seconds, megabytes = flask(environment, "demo", "--scale", str(asked.scale))
    engine = create_engine(addresses.maintenance, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        floor = copy_again(connection, *REPEATED, "organisations", "people", "settings", "audit_events", "letters")
        costs = [Cost(f"Demo load, {asked.scale} times the year", seconds, megabytes, "COPY of the rows", floor)]
        say("Making reports")
        costs.extend(make_reports(environment))
        say("Measuring pages")
        with web_server(environment) as (address, pid):
            pages = list(time_pages(address, connection, asked.requests))
            memory = memory_of(pid)
        say("Importing the register")
        costs.extend(cost for cost in [import_register(environment, connection)] if cost)
    engine.dispose()
    return pages, costs, memory


def _measure_targets(cluster: Cluster, environment: dict[str, str]) -> list[Target]:
    """The acts that the issues give a number of seconds, each on a database of its own."""
    say("Agreeing an uplift")
    addresses = cluster.create_database("uplift")
    migrate(addresses.owner)
    targets = time_uplift(addresses, environment)
    say("Forecasting")
    addresses = cluster.create_database("forecast")
    migrate(addresses.owner)
    targets.append(time_forecast(addresses, environment))
    say("Making a month's schedules")
    addresses = cluster.create_database("schedules")
    migrate(addresses.owner)
    return [*targets, time_schedules(addresses, environment)]


def _keep(
    asked: argparse.Namespace, pages: list[Timed], costs: list[Cost], memory: float, targets: list[Target]
) -> None:
    table = "\n".join([*_table(asked, pages, costs, memory), *_against(targets)])
    print(table)
    RESULTS.mkdir(exist_ok=True)
    name = f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    figures = {
        "scale": asked.scale,
        "pages": [page.as_json() for page in pages],
        "costs": [cost.as_json() for cost in costs],
        "targets": [target.as_json() for target in targets],
        "web_process_megabytes": memory,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    say(f"The figures are in {(RESULTS / name).relative_to(PROJECT)}.json")


def _table(asked: argparse.Namespace, pages: list[Timed], costs: list[Cost], memory: float) -> Iterable[str]:
    yield f"| scale {asked.scale} | p50 ms | p95 ms | requests/s | SQL | × floor |"
    yield "|---|---:|---:|---:|---:|---:|"
    for page in pages:
        ratio = f"{page.ratio:.1f}" if page.ratio else ""
        yield f"| {page.name} | {page.p50:.1f} | {page.p95:.1f} | {page.per_second:.0f} | {page.statements} | {ratio} |"
    yield "\n| work | seconds | peak MB | floor | floor s | × floor |\n|---|---:|---:|---|---:|---:|"
    for cost in costs:
        yield f"| {cost.name} | {cost.seconds:.2f} | {cost.megabytes:.0f} | {cost.floor} | {cost.floor_seconds:.2f} | {cost.ratio:.1f} |"
    yield f"\nA web process took at most {memory:.0f} MB."


def _against(targets: list[Target]) -> Iterable[str]:
    yield "\n| act | seconds | at most |\n|---|---:|---:|"
    for target in targets:
        yield f"| {target.name} | {target.seconds:.2f} | {target.most:.1f} |"


def say(what: str) -> None:
    """A line of progress."""
    print(f"== {what}", flush=True)


if __name__ == "__main__":
    main()
