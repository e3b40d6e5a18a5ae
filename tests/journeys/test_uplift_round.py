"""A yearly round at the screen: opened, asked, weighed, countered on some agreements, accepted, appealed, undone, reported."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, pool, select, text

from contracts.agreement import Agreement
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from tests.journeys.harbour import Harbour
from tests.journeys.person import PersonAtTheScreen
from tests.journeys.steps import NAMES, reference_in
from tests.journeys.test_residential import Seat, text_of
from tests.makers.contracts import CORE
from tests.makers.standing import acting
from tests.makers.uplift import Negotiation, a_peer, a_second_home, lay_down_like, settle, two_boroughs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THERAPY = {"kind": "therapy", "label": "Therapy", "amount": Decimal("61.50"), "unit": "hour", "quantity": Decimal(2)}
#: the cost model: part, what it is called, its share of costs, its index, its source
INDICES = [
    ("Pay at the National Living Wage", "National Living Wage", "54", "4.1", "GOV.UK, National Living Wage rates from April 2026"),
    ("Other pay", "Average weekly earnings", "22", "4.2", "ONS, KAB9, September 2026"),
    ("Employer contributions", "Employer contributions", "8", "7.4", "HMRC, rates for 2026 to 2027"),
    ("Food, energy and other prices", "CPI", "10", "3.4", "ONS, D7G7, October 2026"),
    ("Property", "Rents", "6", "6.0", "ONS, private rents, October 2026"),
]  # fmt: skip
#: what the provider says that each part adds: together the 8.4% that it asks for
PARTS = [("Pay at the National Living Wage", "4.5"), ("Other pay", "1.4"), ("Employer contributions", "1.1"),
         ("Food, energy and other prices", "0.6"), ("Property", "0.8")]  # fmt: skip


@dataclass
class Cast:
    """Who sits at the screens, and the placements behind them."""

    negotiation: Negotiation
    peers: list[Actor]


@pytest.fixture(scope="module")
def cast(harbour: Harbour) -> Cast:
    """Two boroughs with placements at two homes of one provider, three peers; everybody has the demo's password."""
    with harbour.app.app_context():
        negotiation = two_boroughs((CORE, THERAPY))
        a_second_home(negotiation)
        for deal, count in ((negotiation.first, 6), (negotiation.second, 3)):
            acting(deal.officer)
            agreement = db.session.scalars(select(Agreement).where(Agreement.award_id == deal.award_id)).one()
            lay_down_like(deal, agreement, count)
        peers = [a_peer(negotiation, f"{tree} Care Ltd") for tree in ("Alder", "Hazel", "Linden")]
        db.session.commit()
        db.session.remove()
    _give_passwords(harbour)
    return Cast(negotiation, peers)


def _give_passwords(harbour: Harbour) -> None:
    engine = create_engine(harbour.addresses.maintenance, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE people SET password_hash = (SELECT password_hash FROM people WHERE password_hash IS NOT NULL LIMIT 1)"
                " WHERE email LIKE '%@example.org'"
            )
        )


def open_the_round(hub: PersonAtTheScreen, harbour: Harbour) -> str:
    """The hub announces the round, enters the indices and says who takes part; the round's address."""
    today = harbour.today()
    april = FinancialYear.of(today).day_after
    hub.opens("/uplifts/new").picks("The lower of a percentage and an index")
    hub.page.get_by_label("What it covers").select_option(label="Residential framework, lot 1: Residential")
    hub.fills_day("Requests until", *_parts(today + timedelta(30)))
    hub.fills_day("Agreed fees are paid from", *_parts(april))
    hub.fills("Percentage", "1.5").fills("Index", "CPI").fills("Review where the index is over", "3")
    hub.fills("Evidence asked", "Accounts and a pay schedule.").fills("Who negotiates for all boroughs", "Ruth Adeyemi")
    hub.presses("Open the round").sees("The round is open")
    here = hub.page.url
    for part, name, weight, percent, source in INDICES:
        hub.presses("Enter an index").fills("Index", name).fills("Increase over a year", percent)
        hub.chooses("Part of a provider’s costs", part).fills("Share of a provider’s costs", weight)
        hub.fills("Source", source).fills_day("Published on", *_parts(today - timedelta(4)))
        hub.presses("Enter the index")
    return here


def _parts(day: object) -> tuple[int, int, int]:
    return day.day, day.month, day.year  # type: ignore[attr-defined]


def ask(provider: PersonAtTheScreen, here: str, evidence: Path) -> str:
    """The provider asks for 8.4% on everything, and says where the money goes; the request's address."""
    provider.opens(here).presses("Ask for an uplift").fills("Percentage", "8.4")
    provider.fills("Why the fees must rise", "Pay has risen twice since the fees were set.")
    for label, adds in PARTS[:-1]:
        provider.fills(label, adds)
    provider.fills("Property", "0.1").presses("Send the request")
    provider.sees("The parts add up to 7.7%, and you ask for 8.4%.").fills("Property", "0.8")
    provider.attaches("Evidence", str(evidence)).presses("Send the request").sees("Your request is with the hub")
    return provider.page.url


def test_a_round_from_its_opening_to_the_board(somebody: Seat, harbour: Harbour, cast: Cast, tmp_path: Path) -> None:
    deal = cast.negotiation
    analyst, head = somebody(deal.analyst.email).signs_in(), somebody(deal.head_of_hub.email).signs_in()
    provider, payer = somebody(deal.asker.email).signs_in(), somebody(deal.payer.email).signs_in()
    evidence = tmp_path / "accounts.pdf"
    evidence.write_bytes(b"%PDF-1.4\n%invented\n%%EOF\n")

    here = open_the_round(analyst, harbour)
    settle_the_peers(harbour, cast, here)
    request = ask(provider, here, evidence)
    provider.does_not_see("Peer median", "Alder Care", *NAMES)

    analyst.opens(request).sees(
        "asks for 8.4%", "Is it explained?", "Not explained", "Dashed line: the rule", "median asked", "Merton", "Sutton",
        "4.5%", "The evidence",
    ).does_not_see(*NAMES)  # fmt: skip
    analyst.fills("Percentage", "3.9").fills("Why", "The model supports 4.4%.").presses("Model it")
    analyst.sees("Tried 3.9%", "less than asked")
    on_a_phone = somebody(deal.head_of_hub.email, width=390).signs_in()
    for page in (request, f"{request}/agreements", f"{request}/quality"):
        on_a_phone.opens(page)
    analyst.follows("Quality and occupancy").sees("Rowan House", "Beech House", "Good")
    payer.opens(request).sees("Merton").does_not_see("Sutton", "Peer median", *NAMES)
    payer.presses("Comment").fills("What should the hub know?", "We could bear 4%.").presses("Send the comment")

    first = counter_on_some(analyst, request)
    provider.opens(first).sees("3.9%").does_not_see("We could bear 4%.").presses("Accept the counter-offer")
    provider.presses("Accept the counter-offer").sees("You have accepted")
    analyst.opens(first).sees("Counter-offer accepted").presses("Agree").fills("Why", "Accepted by the provider.")
    analyst.presses("Agree").sees("the fees are changed", "What was agreed")
    assert "Accommodation and care" in analyst.follows("The schedule").downloads("Download (CSV)").decode()

    rest = refuse_and_appeal(analyst, provider, head, request)
    head.opens(first).presses("Undo the uplift").sees("Every fee that it raised goes on")
    head.picks("the day from which it would be paid").fills("Why", "It was agreed on the wrong agreements.").presses(
        "Undo the uplift"
    )
    head.sees("The uplift is undone", "Agreed, then undone")
    payer.opens(first).sees("Agreed, then undone")

    report(analyst, here, rest)
    for page in (here, rest, f"{rest}/agreements", f"{here}/report"):
        on_a_phone.opens(page)


def settle_the_peers(harbour: Harbour, cast: Cast, here: str) -> None:
    """Three other providers ask and settle, beside the screens."""
    with harbour.app.app_context():
        acting(cast.negotiation.analyst)
        key = db.session.execute(text("SELECT id FROM uplift_rounds WHERE reference = :r"), {"r": reference_in(here)})
        cast.negotiation.round_id = key.scalar_one()
        for peer, percent, agreed in zip(cast.peers, ("5", "6.2", "4"), ("2", "3.5", "3.5"), strict=True):
            settle(cast.negotiation, peer, percent, agreed)
        db.session.remove()


def counter_on_some(hub: PersonAtTheScreen, request: str) -> str:
    """The hub picks the agreements at Beech House and one more, and offers 3.9% on them; the part's address."""
    hub.opens(f"{request}/agreements").sees("Unchanged since", "Beech House")
    for box in hub.page.get_by_role("row", name="Beech House").get_by_role("checkbox").all():
        box.check()
    hub.page.get_by_role("row", name="Rowan House").first.get_by_role("checkbox").check()
    hub.fills("Percentage", "3.9").fills("Why", "The model supports 4.4%; these homes are full.")
    hub.presses("Send the counter-offer on these").sees("is sent", "Answered in parts", "2 chosen agreements")
    hub.follows("All fees of 2 chosen agreements").sees("Counter-offer made")
    return hub.page.url


def refuse_and_appeal(
    analyst: PersonAtTheScreen, provider: PersonAtTheScreen, head: PersonAtTheScreen, request: str
) -> str:
    """The hub refuses the rest, the provider appeals, somebody else allows part of it; its address."""
    analyst.opens(request)
    analyst.page.get_by_role("link", name="of 10 chosen agreements").click()
    rest = analyst.page.url
    analyst.presses("Refuse").fills("Why", "Nothing supports it.").presses("Refuse").sees("The request is refused")
    provider.opens(rest).presses("Appeal").fills("Why", "The pay schedule was attached.").presses("Appeal")
    provider.sees("Your appeal is with the hub")
    analyst.opens(rest).sees("Appealed").opens(f"{rest}/allow", expecting=403)
    head.opens(rest).presses("Allow the appeal").fills("Percentage", "2").fills("Why", "The schedule holds.")
    head.presses("Allow the appeal").sees("The appeal is allowed")
    return rest


def report(hub: PersonAtTheScreen, here: str, rest: str) -> None:
    """The page, the file and the paper say the same."""
    hub.opens(here).presses("The report").sees("What the round came to", "By provider", "Alder Care Ltd", "Avoided")
    sheet = hub.downloads("Download (CSV)").decode()
    assert reference_in(rest) in sheet
    assert "Hazel Care Ltd" in sheet
    paper = text_of(hub.downloads("Report for the board (PDF)"))
    assert "Linden Care Ltd" in paper
    assert "By borough" in paper
