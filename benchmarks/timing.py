"""What a measurement is: how long the middle and the slow requests took, how many were answered in a second, and how much SQL."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Timed:
    """A page or an act: milliseconds at the 50th and the 95th percentile, requests a second, SQL statements."""

    name: str
    p50: float
    p95: float
    per_second: float
    statements: int
    floor_p50: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the floor's p50."""
        return self.p50 / self.floor_p50 if self.floor_p50 else None

    def as_json(self) -> dict[str, object]:
        """For the file of results."""
        return {**asdict(self), "ratio": self.ratio}


def time_one_by_one(act: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each of so many runs, one after the other."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def per_second(acts: list[Callable[[], object]], times: int) -> float:
    """How many runs a second when as many people as there are acts press at once, each so many times."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(acts)) as people:
        list(people.map(lambda act: [act() for _ in range(times)], acts))
    return len(acts) * times / (time.perf_counter() - begun)


def percentiles(taken: list[float]) -> tuple[float, float]:
    """The 50th and the 95th."""
    cut = quantiles(taken, n=20, method="inclusive")
    return cut[9], cut[18]
