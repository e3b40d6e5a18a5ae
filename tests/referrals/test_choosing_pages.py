"""The offers' pages in their phases, as each role meets them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, scoped_session

from marketplace.actor import Actor
from marketplace.roles import Role
from tests.makers.answers import a_colleague_at
from tests.makers.choosing import MoveClock, a_competition, an_award, locked, opened, past_deadline, recommended
from tests.makers.referrals import CANARY
from tests.makers.standing import a_borough, a_person

Client = Callable[[Actor], FlaskClient]
Database = scoped_session[Session]

#: what a request spends before the page's own queries, inside a test's savepoints
AROUND = ("SAVEPOINT", "RELEASE", "INSERT INTO browser_sessions")


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


def test_sealed_nothing_but_who_and_since_when(session: Database, client_as: Client) -> None:
    competition = a_competition((4217,))
    page = client_as(competition.officer).get(f"/referrals/{competition.referral.reference}/offers")
    assert "Tamar Road Care Ltd" in page.text
    assert "Sealed" in page.text
    assert "4,217" not in page.text
    assert competition.offers[0].reference not in page.text
    assert "Open the offers</button>" not in page.text


def test_reaching_for_a_sealed_offer_is_refused_and_on_record(session: Database, client_as: Client) -> None:
    competition = a_competition((4217,))
    client = client_as(competition.officer)
    address = f"/referrals/{competition.referral.reference}/offers/{competition.offers[0].reference}/mark"
    assert client.get(address).status_code == 403


def test_another_borough_finds_nothing(session: Database, client_as: Client) -> None:
    competition = a_competition(())
    stranger = a_person(a_borough(competition.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER)
    for page in ("offers", "award"):
        assert client_as(stranger).get(f"/referrals/{competition.referral.reference}/{page}").status_code == 404


def test_marking_shows_no_price_and_keeps_what_was_typed(
    session: Database, move_clock: MoveClock, client_as: Client
) -> None:
    competition = a_competition((4217,))
    past_deadline(competition.referral, move_clock)
    base = f"/referrals/{competition.referral.reference}/offers"
    assert "Open the offers</button>" in client_as(competition.officer).get(base).text
    assert client_as(competition.officer).post(f"{base}/open").status_code == 303
    address = f"{base}/{competition.offers[0].reference}/mark"
    assert "4,217" not in client_as(competition.officer).get(address).text
    typed = {"mark_1": "9", "reason_1": "A fine answer", "reason_2": "No mark yet"}
    refused = client_as(competition.officer).post(address, data=typed)
    assert refused.status_code == 422
    assert "give a mark from 0 to 5" in refused.text
    assert "A fine answer" in refused.text
    assert "No mark yet" in refused.text
    assert client_as(competition.officer).post(address, data={"mark_1": "4", "reason_1": "Good"}).status_code == 303


def test_eight_offers_are_compared_in_twelve_statements(
    session: Database, move_clock: MoveClock, client_as: Client
) -> None:
    competition = a_competition((4200, 4300, 4400, 4500, 4600, 4700, 4800, 4900))
    locked(competition.referral, move_clock)
    client = client_as(competition.officer)
    with statements() as said:
        page = client.get(f"/referrals/{competition.referral.reference}/offers")
    counted = [statement for statement in said if not statement.startswith(AROUND)]
    first_page = 2  # the session's row is written once, with the fence around it
    assert len(counted) - first_page <= 12
    assert "Compare 8 offers" in page.text
    assert "£4,200.00 × 52 weeks" in page.text
    assert CANARY not in page.text


def test_the_recommender_is_told_that_somebody_else_decides(
    session: Database, move_clock: MoveClock, client_as: Client
) -> None:
    competition = a_competition((4200,))
    recommended(competition.referral, move_clock, by=competition.manager)
    page = client_as(competition.manager).get(f"/referrals/{competition.referral.reference}/award")
    assert "somebody else must award it" in page.text
    assert "Award the place" not in page.text


def test_from_the_award_to_its_undoing(session: Database, move_clock: MoveClock, client_as: Client) -> None:
    competition = a_competition((4200, 4600))
    recommended(competition.referral, move_clock, by=competition.officer)
    base, (first, second) = f"/referrals/{competition.referral.reference}", competition.offers
    manager = competition.manager
    refused = client_as(manager).post(f"{base}/award", data={"offer": second.reference, "rationale": "Because"})
    assert refused.status_code == 422
    assert "Tick that you choose it all the same" in refused.text
    typed = {"offer": first.reference, "rationale": "The nearest."}
    assert client_as(manager).post(f"{base}/award", data=typed).status_code == 303
    assert "The nearest." in client_as(manager).get(f"{base}/award").text
    assert client_as(manager).post(f"{base}/award/undo", data={"reason": ""}).status_code == 422
    assert client_as(manager).post(f"{base}/award/undo", data={"reason": "The home closed."}).status_code == 303
    assert "The home closed." in client_as(manager).get(f"{base}/award").text


def test_a_loser_s_own_page_shows_its_result_and_nobody_else_s(
    session: Database, move_clock: MoveClock, client_as: Client
) -> None:
    competition = a_competition((4200, 4600))
    an_award(competition.referral, move_clock)
    loser = competition.offers[1]
    responder = a_colleague_at(loser.provider_id, Role.PROVIDER_RESPONDER)
    page = client_as(responder).get(f"/offers/{loser.reference}")
    assert page.status_code == 200
    assert "2 of 2" in page.text
    assert "Shown with examples." in page.text
    for secret in ("Tamar Road", competition.offers[0].reference, "4,200", "218,400"):
        assert secret not in page.text


def test_the_marking_page_of_an_opened_referral_without_offers(
    session: Database, move_clock: MoveClock, client_as: Client
) -> None:
    competition = a_competition(())
    opened(competition.referral, move_clock)
    page = client_as(competition.manager).get(f"/referrals/{competition.referral.reference}/offers")
    assert "No offer was made" in page.text
    assert "End the search without an award" in page.text
