"""The first page of Money: the year so far, month by month and lot by lot."""

from flask import Blueprint, render_template

from contracts.money.overview import year_so_far
from contracts.money.tabs import money_tabs
from foundation import clock
from foundation.permission import NotFound
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("money", __name__, url_prefix="/money")


@blueprint.get("")
def index() -> str:
    """What placements have cost since the first of April."""
    if signed_in_actor().kind is Kind.PROVIDER:
        raise NotFound
    so_far = year_so_far(clock.today())
    return render_template(
        "money/index.html", tabs=money_tabs(), so_far=so_far, months=[f"{month:%b}" for month in so_far.months]
    )
