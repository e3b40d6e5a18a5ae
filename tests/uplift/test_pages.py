"""The pages of uplift rounds, as each side opens them."""

from page import ValidationProfile, validate_pdf_bytes
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from contracts.uplift.opening_rounds import open_round
from contracts.uplift.queries import requests_of
from contracts.uplift.report import joined, round_figures
from foundation.database import db
from tests.conftest import ClientAs
from tests.makers.standing import acting
from tests.makers.uplift import a_negotiation, a_peer, a_request, settle, terms_of, two_boroughs


def test_the_hub_opens_a_round_enters_an_index_and_leaves_a_borough_out(
    session: scoped_session[Session], client_as: ClientAs
) -> None:
    deal = a_negotiation()
    acting(deal.analyst)
    framework, sutton = deal.round.framework.reference, deal.second.borough.reference
    hub = client_as(deal.analyst)
    assert "Uplift round" in hub.get("/uplifts").text
    form = {
        "covers": f"{framework}/all", "opens_on": ["1", "11", "2026"], "closes_on": ["30", "11", "2026"],
        "effective_on": ["1", "4", "2027"], "rule": "lower_of", "cap": "1.5", "index_name": "CPI", "review_above": "3",
        "evidence_asked": "Accounts.", "negotiator": "Ruth Adeyemi", "appeal_days": "10",
    }  # fmt: skip
    refused = hub.post("/uplifts/new", data=form | {"index_name": ""})
    assert (refused.status_code, "Name the index" in refused.text) == (422, True)
    closed = hub.post("/uplifts/new", data=form | {"effective_on": ["31", "3", "2026"]})
    assert "financial year that is closed" in closed.text
    opened = hub.post("/uplifts/new", data=form)
    assert opened.status_code == 303, opened.text
    here = opened.location
    assert (
        hub.post(f"{here}/boroughs", data={"authority": sutton, "joins": "no", "reason": "Alone."}).status_code == 303
    )
    entry = {
        "name": "CPI",
        "percent": "3.4",
        "weight": "100",
        "part": "prices",
        "source": "ONS",
        "published_on": ["18", "11", "2026"],
    }
    assert hub.post(f"{here}/indices", data=entry).status_code == 303
    page = hub.get(here).text
    assert "Sutton is left out." in page
    assert "With a review" in page
    assert "ONS, 18 November 2026" in page
    assert hub.post(f"{here}/close").status_code == 303


def test_from_asking_to_agreeing(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_negotiation()
    here = f"/uplifts/{deal.round.reference}"
    provider, hub = client_as(deal.asker), client_as(deal.analyst)
    assert "Ask for an uplift" in provider.get(here).text
    wrong = provider.post(f"{here}/request", data={"about": "all", "percent": "8.4", "rate": "4500", "reasons": "Pay."})
    assert "not both" in wrong.text
    asked = provider.post(f"{here}/request", data={"about": "all", "percent": "8.4", "reasons": "Pay has risen."})
    assert asked.status_code == 303, asked.text
    page = asked.location
    twice = provider.post(f"{here}/request", data={"about": "all", "percent": "9", "reasons": "More."})
    assert "open request for exactly this" in twice.text
    shown = hub.get(page).text
    assert "asks for 8.4%" in shown
    assert "Make a counter-offer" in shown
    assert "Counter-offer" in shown
    counter = {"percent": "3.9", "from_on": ["1", "4", "2027"], "reason": "The cost model supports 3.9%."}
    tried = hub.post(f"{page}/counter", data=counter | {"then": "model"})
    assert "Tried 3.9%" in tried.text
    assert "less than asked" in tried.text
    assert hub.post(f"{page}/counter", data=counter).status_code == 303
    assert "Accept the counter-offer" in provider.get(page).text
    assert provider.post(f"{page}/accept", data={"number": "1"}).status_code == 303
    assert "2 live agreements" in hub.get(f"{page}/agree").text
    assert hub.post(f"{page}/agree", data={"reason": "Accepted."}).status_code == 303
    done = hub.get(here).text
    assert "3.9%" in done
    assert "By borough" in hub.get(f"{here}/report").text
    paper = hub.get(f"{here}/report.pdf")
    assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")


def test_a_borough_sees_the_effect_on_itself_and_comments(
    session: scoped_session[Session], client_as: ClientAs
) -> None:
    deal = a_negotiation()
    request = a_request(deal)
    page = f"/uplifts/requests/{request.reference}"
    borough = client_as(deal.payer)
    shown = borough.get(page).text
    assert "1 live agreement " in shown
    assert "Sutton" not in shown
    assert "Peer median" not in shown
    assert borough.post(f"{page}/comment", data={"words": "We could bear 4%."}).status_code == 303
    assert "We could bear 4%." in client_as(deal.analyst).get(page).text
    assert "We could bear 4%." not in client_as(deal.asker).get(page).text
    assert borough.get(f"{page}/agree").status_code == 403


def test_refused_appealed_and_dismissed_by_somebody_else(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_negotiation()
    page = f"/uplifts/requests/{a_request(deal).reference}"
    hub, other, provider = client_as(deal.analyst), client_as(deal.head_of_hub), client_as(deal.asker)
    assert hub.post(f"{page}/refuse", data={"reason": "No evidence."}).status_code == 303
    assert provider.post(f"{page}/appeal", data={"reason": "It was sent."}).status_code == 303
    assert hub.post(f"{page}/dismiss", data={"reason": "No."}).status_code == 403
    assert "It was sent." in other.get(page).text
    assert other.get(f"{page}/allow").status_code == 200
    assert other.post(f"{page}/dismiss", data={"reason": "It was not."}).status_code == 303
    assert "Appeal dismissed" in provider.get(page).text


def test_split_and_withdraw(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_negotiation()
    page = f"/uplifts/requests/{a_request(deal).reference}"
    hub, provider = client_as(deal.analyst), client_as(deal.asker)
    assert "nothing to split" in hub.post(f"{page}/split", data={"cut": "setting"}).text
    assert provider.post(f"{page}/withdraw").status_code == 303
    assert hub.post(f"{page}/refuse", data={"reason": "Late."}).status_code == 409


def test_the_report_as_page_and_file_is_not_a_provider_s(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_negotiation()
    settle(deal, deal.asker, "8.4", "3.9")
    here = f"/uplifts/{deal.round.reference}"
    hub, borough, provider = client_as(deal.analyst), client_as(deal.payer), client_as(deal.asker)
    assert "What the round came to" in hub.get(f"{here}/report").text
    sheet = hub.get(f"{here}/report.csv").text
    assert "Borough,Merton" in sheet
    assert "Borough,Sutton" in sheet
    own = borough.get(f"{here}/report.csv").text
    assert "Borough,Merton" in own
    assert "Sutton" not in own
    assert borough.get(f"{here}/report.pdf").status_code == 403
    for page in ("report", "report.csv"):
        assert provider.get(f"{here}/{page}").status_code == 404


def test_the_board_s_paper_is_pdf_ua_and_joins_small_numbers(
    session: scoped_session[Session], client_as: ClientAs, built_assets: None
) -> None:
    deal = two_boroughs()
    peers = [a_peer(deal, f"{tree} Care Ltd") for tree in ("Alder", "Hazel", "Linden")]
    acting(deal.analyst)
    deal.round_id = open_round(terms_of(deal.first), by=deal.analyst).id
    for peer in peers:
        settle(deal, peer, "5", "2")
    a_request(deal)
    figures = round_figures(deal.round, requests_of(deal.round))
    assert figures is not None
    (row,) = joined(figures.by_provider, "provider", "providers")
    assert (row.name, row.agreements, row.asked) == ("4 providers joined", 5, figures.total.asked)
    paper = client_as(deal.analyst).get(f"/uplifts/{deal.round.reference}/report.pdf").data
    assert list(validate_pdf_bytes(paper, profile=ValidationProfile.PDF_UA_1).failures) == []


def test_no_page_of_a_request_takes_more_than_twelve_statements(
    session: scoped_session[Session], client_as: ClientAs
) -> None:
    deal = a_negotiation()
    request = a_request(deal)
    here, hub = f"/uplifts/requests/{request.reference}", client_as(deal.analyst)
    connection = db.session.connection().engine
    for path in (here, f"{here}/agreements", f"{here}/agree", f"/uplifts/{deal.round.reference}/report"):
        said: list[str] = []

        def note(*said_now: object, said: list[str] = said) -> None:
            said.append(str(said_now[2]))

        event.listen(connection, "before_cursor_execute", note)
        assert hub.get(path).status_code == 200
        event.remove(connection, "before_cursor_execute", note)
        assert len([one for one in said if not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]) <= 12, path


def test_the_schedule_of_an_agreed_request(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_negotiation()
    request = settle(deal, deal.asker, "8.4", "3.9")
    page = f"/uplifts/requests/{request.reference}"
    for reader, rows in ((deal.analyst, 2), (deal.asker, 2), (deal.payer, 1)):
        client = client_as(reader)
        assert client.get(f"{page}/agreements").text.count("£4,363.80") == rows
        assert client.get(f"{page}/agreements.csv").text.count("4363.80") == rows
    assert client_as(deal.asker).get(f"{page}/quality").status_code == 404


def test_ticks_that_name_nothing_of_it_are_refused_beside_the_list(
    session: scoped_session[Session], client_as: ClientAs
) -> None:
    deal = a_negotiation()
    page = f"/uplifts/requests/{a_request(deal).reference}/agreements"
    hub = client_as(deal.analyst)
    refused = hub.post(page, data={"chosen": ["MER-0000-00", "<b>"], "then": "split"})
    assert (refused.status_code, "Choose some of its agreements" in refused.text) == (422, True)
    assert client_as(deal.asker).post(page, data={"then": "split"}).status_code == 403


def test_a_round_s_page_takes_no_more_statements_for_more_requests(
    session: scoped_session[Session], client_as: ClientAs
) -> None:
    deal = a_negotiation()
    for kind in ("core", "therapy", "education"):
        a_request(deal, "2", fee_kind=kind)
    reference = deal.round.reference
    hub, said = client_as(deal.analyst), []
    connection = db.session.connection().engine

    def note(*said_now: object) -> None:
        said.append(said_now[2])

    event.listen(connection, "before_cursor_execute", note)
    assert hub.get(f"/uplifts/{reference}").text.count("Therapy fees of all settings") == 1
    event.remove(connection, "before_cursor_execute", note)
    assert len([text for text in said if str(text).startswith("SELECT")]) <= 14


def test_a_stranger_s_request_is_not_there(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal, other = a_negotiation(), a_negotiation()
    request = a_request(deal)
    reference, opened = request.reference, deal.round.reference
    stranger = client_as(other.asker)
    assert stranger.get(f"/uplifts/requests/{reference}").status_code == 404
    assert "No requests yet" in stranger.get(f"/uplifts/{opened}").text
