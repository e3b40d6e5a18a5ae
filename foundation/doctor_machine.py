"""What `flask doctor` looks at on the machine: Python, libraries, style sheets, folders, disk, mail."""

import ctypes.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from foundation.config import Settings
from foundation.finding import Finding

PROJECT = Path(__file__).resolve().parent.parent
LIBRARIES = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0"}
LEAST_FREE = 500_000_000  # bytes: a year of reports of a partnership, and room to dump the database


def examine_machine(settings: Settings) -> Iterator[Finding]:
    """Everything that can be looked at without a database."""
    yield from (_python(), *_libraries(), _assets(), _data_folder(settings), _disk(settings), _mail(settings))


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    problem = "" if sys.version_info >= (3, 11) else f"this is Python {version}."
    return Finding("Python 3.11 or newer", problem, "Install a newer Python and run script/setup again.")


def _libraries() -> Iterator[Finding]:
    for name, package in LIBRARIES.items():
        problem = "" if ctypes.util.find_library(name) else "it is missing, so no PDF can be made."
        yield Finding(f"library {package}", problem, f"Install it: apt-get install {package}")


def _assets() -> Finding:
    found = any((PROJECT / "static" / "vendor").glob("*"))
    problem = "" if found else "static/vendor is empty, so pages have no style."
    return Finding("style sheets", problem, "Run script/assets.")


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    problem = "" if folder.is_dir() and os.access(folder, os.W_OK) else f"{folder} cannot be written to."
    return Finding("DATA_DIR", problem, "Make the folder, or give it to the account that Harbour runs as.")


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir if settings.data_dir.exists() else PROJECT
    free = shutil.disk_usage(folder).free
    problem = "" if free >= LEAST_FREE else f"only {free // 1_000_000} MB are free at {folder}."
    return Finding("disk", problem, "Make room: letters, reports and the database grow.")


def _mail(settings: Settings) -> Finding:
    way = {"smtp": "by SMTP", "notify": "by GOV.UK Notify", "outbox": "none leave: kept in the outbox and var/mail"}
    both = "SMTP_URL and NOTIFY_KEY are both set." if settings.smtp_url and settings.notify_key else ""
    return Finding(f"letters ({way[settings.mail_way]})", both, "Letters go by GOV.UK Notify: unset the one not meant.")
