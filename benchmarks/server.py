"""A server of the benchmark's own: PostgreSQL under a folder of its own, granian on a free port of the loopback, ended by its pid."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


@contextmanager
def web_server(environment: dict[str, str], workers: int = 1, threads: int = 4) -> Iterator[tuple[str, int]]:
    """The address and the process id of a server that answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--factory", "--no-ws", "--host", "127.0.0.1",
        "--port", str(port), "--workers", str(workers), "--blocking-threads", str(threads), "--backpressure", "64",
        "--log-level", "warning", "benchmarks.floor:create_app",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **environment})
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def memory_of(pid: int) -> float:
    """The largest resident memory of the server's worker processes so far, in megabytes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max(_peak(int(child)) for child in [*children, str(pid)])


def _peak(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS * 10):
        time.sleep(0.1)
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own server
        except OSError:
            continue
        return
    raise SystemExit("The benchmark's web server does not answer.")
