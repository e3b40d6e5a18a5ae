"""The Section 251 file: its columns, who takes it out, what stays blank, and what the trail keeps."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from contracts.section_251.columns import HEADS
from contracts.section_251.filling import fill
from contracts.section_251.making import make_section_251
from contracts.spot.converting import convert_spot_purchase
from foundation import clock
from foundation.audit import AuditEvent
from foundation.permission import NotPermitted
from foundation.quarters import FinancialYear
from marketplace.organisation import Organisation
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.block import a_block, a_child_in
from tests.makers.contracts import Deal, a_deal, a_placement
from tests.makers.spot import a_need, proposed, purchase_as_read_by, started
from tests.makers.standing import a_borough, a_person, acting, admit

STANDARD = Path(__file__).parents[3] / "shared" / "domain" / "standards.md"


@pytest.fixture
def deal(session: scoped_session[Session]) -> Deal:
    made = a_deal(starts_on=clock.today() - timedelta(20), weeks=None)
    a_placement(made)
    return made


def year() -> FinancialYear:
    return FinancialYear.of(clock.today())


def test_the_columns_are_those_of_the_standard() -> None:
    said = (
        "Child ID, DOB, Gender, Ethnicity, Disability, Category of need, EHCP Y/N, UASC Y/N, missing episodes, Legal status,"
        " Placement start/end, care period start, Reason for placement change, number of placements, Placement type,"
        " Provider type, Procurement platform, Procurement framework, Ofsted URN, Home postcode, Placement postcode,"
        " LA of placement, Total committed cost accrued in FY to date, contributions from social care / health / education"
    )
    spelt = said.replace("Placement start/end", "Placement start, Placement end").replace(
        "contributions from social care / health / education",
        "contributions from social care, contributions from health, contributions from education",
    )
    assert [head.lower() for head in HEADS] == [head.strip().lower() for head in spelt.split(",")]
    if STANDARD.exists():
        line = re.search(r"\*\*Section 251 placement costs\*\*.*", STANDARD.read_text(encoding="utf-8"))
        assert line is not None
        assert said.split("Procurement platform")[0] in line[0].replace("**", "")


def test_an_officer_takes_it_out_and_the_trail_says_which_agreements(
    deal: Deal, session: scoped_session[Session]
) -> None:
    officer = acting(deal.officer)
    (line,) = make_section_251(year(), by=officer).lines
    row = dict(zip(HEADS, line, strict=True))
    said = (row["Gender"], str(row["DOB"]), row["Placement type"], row["Procurement platform"])
    assert said == ("F", "2012-02-29", "K2", "Framework")
    assert row["Total committed cost accrued in FY to date"] == Decimal("12000.00")  # 20 days at £600
    assert row["Contributions from social care"] == Decimal("12000.00")
    assert row["Disability"] is None
    event = session.scalars(select(AuditEvent).where(AuditEvent.act == "make_section_251")).one()
    started = session.scalars(select(AuditEvent.subject_reference).where(AuditEvent.act == "start_placement")).one()
    assert event.after == {"year": str(year()), "agreements": [started]}
    assert "Zephyrine" not in str(event.after)


@pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.COMMISSIONER, Role.AUDITOR, Role.QUALITY_OFFICER])
def test_roles_that_do_not_see_identity_may_not_take_it_out(deal: Deal, role: Role, client_as: ClientAs) -> None:
    person = a_person(deal.borough, role)
    with pytest.raises(NotPermitted):
        make_section_251(year(), by=acting(person))
    client = client_as(person)
    page = client.get("/money/section-251").text
    assert "Only placement officers" in page
    assert "2012" not in page
    assert client.get("/money/section-251/placements.csv").status_code == 403


def test_a_fee_of_a_school_is_not_in_it(session: scoped_session[Session]) -> None:
    school = a_deal("special_school", starts_on=clock.today() - timedelta(20), weeks=None)
    a_placement(school)
    assert fill(acting(school.officer), year(), clock.today()).lines == ()


def test_what_is_not_known_stays_blank_and_is_listed(deal: Deal, client_as: ClientAs) -> None:
    client = client_as(deal.officer)
    page = client.get("/money/section-251").text
    for column in ("Disability", "Care period start", "Home postcode", "Missing episodes"):
        assert column in page
    text = client.get("/money/section-251/placements.csv").text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["Home postcode"] == row["Care period start"] == ""


def test_a_foster_carers_address_is_not_the_agencys(session: scoped_session[Session]) -> None:
    fostering = a_deal("fostering", starts_on=clock.today() - timedelta(20), weeks=None)
    a_placement(fostering)
    filled = fill(acting(fostering.officer), year(), clock.today())
    row = dict(zip(HEADS, filled.lines[0], strict=True))
    assert row["Placement postcode"] is row["LA of placement"] is row["Placement type"] is None
    assert {"Placement postcode", "Placement type"} <= {lack.column for lack in filled.lacks}


def test_a_stranger_and_the_hub_have_no_such_file(deal: Deal, client_as: ClientAs) -> None:
    elsewhere = client_as(a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_OFFICER))
    assert "No placement cost anything" in elsewhere.get("/money/section-251").text
    assert elsewhere.get("/money/section-251/placements.csv").text.count("\n") == 1
    for reader in (deal.head, a_person(deal.hub, Role.HUB_MANAGER)):
        assert client_as(reader).get("/money/section-251/placements.csv").status_code == 404


def test_a_block_place_is_a_line_without_a_price_of_its_own(session: scoped_session[Session]) -> None:
    made = a_deal(starts_on=clock.today() - timedelta(28), weeks=None)
    a_child_in(a_block(made), made, 28)
    filled = fill(acting(made.officer), year(), clock.today())
    (line,) = filled.lines
    row = dict(zip(HEADS, line, strict=True))
    assert (row["Procurement platform"], row["Total committed cost accrued in FY to date"]) == ("Block", None)
    assert "Total committed cost accrued in FY to date" in {lack.column for lack in filled.lacks}


def test_a_converted_spot_purchase_is_the_framework_s_from_the_next_year_on(
    session: scoped_session[Session], move_clock: Callable[[datetime], None]
) -> None:
    need = a_need()
    purchase = proposed(need)
    started(need, purchase)
    admit(Organisation(id=need.outside.provider_id), need.lot, need.outside)
    day = clock.today() + timedelta(7)
    convert_spot_purchase(purchase_as_read_by(need.manager, purchase), day, by=need.manager)
    this, following = FinancialYear.of(day), FinancialYear.of(day).next()
    move_clock(clock.now() + timedelta(days=(following.first_day - clock.today()).days + 30))
    said = []
    for asked in (this, following):
        (line,) = fill(acting(need.officer), asked, clock.today()).lines
        row = dict(zip(HEADS, line, strict=True))
        said.append((row["Procurement platform"], row["Procurement framework"] is None))
    assert said == [("Spot", True), ("Framework", False)]
