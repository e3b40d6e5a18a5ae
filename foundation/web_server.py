"""The web server: Granian with a process a core and a few threads each. `script/web` runs it in the foreground."""

import os
import sys
from pathlib import Path

from foundation.config import Misconfigured, Settings

PROGRAMS = Path(sys.executable).parent
THREADS = 8  # of each process; each may hold a connection, and the pool holds more than that


def web_command(settings: Settings) -> list[str]:
    """The command that serves the application where the settings say."""
    options = {
        "--interface": "wsgi",
        "--host": settings.host,
        "--port": settings.port,
        "--workers": settings.web_workers,
        "--blocking-threads": THREADS,
        "--backpressure": THREADS,
        "--log-level": "error",  # at `warning` it advises against threads, which here wait for the database
    }
    given = [str(part) for option in options.items() for part in option]
    return [str(PROGRAMS / "granian"), *given, "--factory", "--no-ws", "--respawn-failed-workers", "wsgi:create_app"]


def main() -> None:
    """Become the web server."""
    try:
        command = web_command(Settings.from_environment())
    except Misconfigured as wrong:
        sys.exit(wrong.message)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
