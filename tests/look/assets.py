"""Builds static/vendor for the tests that need its sheets and fonts."""

import subprocess

from foundation.web import ROOT


def build_assets() -> None:
    """Run script/assets, which does nothing when all is up to date."""
    subprocess.run([ROOT / "script" / "assets"], check=True, capture_output=True)
