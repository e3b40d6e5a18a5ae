"""The first page of Money, as a borough, the hub, a provider and a stranger open it."""

from datetime import timedelta

from sqlalchemy.orm import Session, scoped_session

from foundation import clock
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.contracts import a_deal, a_placement
from tests.makers.standing import a_borough, a_person


def test_the_borough_and_the_hub_see_the_year_so_far(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_deal(starts_on=clock.today() - timedelta(7))
    a_placement(deal)
    for reader in (a_person(deal.borough, Role.FINANCE_OFFICER), a_person(deal.hub, Role.HUB_ANALYST)):
        page = client_as(reader).get("/money")
        assert page.status_code == 200
        assert "£4,200.00" in page.text
        assert "Not set for every service" in page.text
        assert "Residential" in page.text


def test_a_stranger_sees_no_pound_and_a_provider_no_page(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_deal(starts_on=clock.today() - timedelta(7))
    a_placement(deal)
    stranger = a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.FINANCE_OFFICER)
    assert "Nothing spent yet" in client_as(stranger).get("/money").text
    assert client_as(deal.head).get("/money").status_code == 404
