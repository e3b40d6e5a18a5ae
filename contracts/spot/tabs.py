"""The strip of tabs over the pages of spot purchases."""

from flask import request

TABS = (("Purchases", "/spot-purchases"), ("Report", "/spot-purchases/report"))


def spot_tabs() -> list[tuple[str, str, bool]]:
    """For `look.subnav`: words, address, and whether it is the page shown."""
    return [(text, address, request.path == address) for text, address in TABS]
