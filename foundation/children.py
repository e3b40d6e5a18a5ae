"""The processes that `script/server` starts: each with a log of its own, started again when it ends by itself."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from foundation.config import Settings

PROJECT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
STOPPING_SECONDS = 30
LONGEST_PAUSE = 60.0


class Child:
    """One part of a running Harbour. It is out of reach of the terminal's Ctrl-C, and never outlives its parent."""

    def __init__(self, name: str, command: list[str], settings: Settings) -> None:
        self.name = name
        self.log = settings.data_dir / "log" / f"{name.replace(' ', '-')}.log"
        self.environment = os.environ | {"DATA_DIR": str(settings.data_dir)}
        tied = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        self.command = [*tied, *command]
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 1.0
        self.started_at = 0.0

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def start(self) -> None:
        """Start the process, its output going to the end of its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=PROJECT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def start_again_if_ended(self) -> None:
        """Start anew what has ended, waiting longer each time it ends soon after."""
        if not self.has_ended:
            return
        ran = time.monotonic() - self.started_at
        if ran < self.pause:
            return
        self.pause = 1.0 if ran > LONGEST_PAUSE else min(self.pause * 2, LONGEST_PAUSE)
        print(f"== The {self.name} ended by itself and is started again: see {self.log}", flush=True)
        self.start()

    def ask_to_stop(self) -> None:
        if self.process and not self.has_ended:
            self.process.send_signal(signal.SIGTERM)

    def wait_until_stopped(self) -> None:
        """Wait for what it has in hand; past half a minute end it, for the queue gives its work to another worker."""
        if self.process is None:
            return
        try:
            self.process.wait(STOPPING_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def stop_all(children: list[Child]) -> None:
    """Ask all of them to stop, then wait for each."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait_until_stopped()
