"""The market's answer on the screen: the inbox, the referral in hand, the offer form, the borough's three pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.engine import Engine

from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.tenancy import SYSTEM_FENCE
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from referrals.offer import DeclineReason, Offer, OfferFeeLine
from referrals.referral import Invitation
from tests.makers.answers import a_colleague_at, a_decline, a_question, a_responder, an_offer, an_officer, invited
from tests.makers.standing import a_setting, acting, behind
from tests.referrals.published import Market, a_published_referral

ClientAs = Callable[[Actor], FlaskClient]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements sent meanwhile; savepoints are the tests' own."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def typed(market: Market, **changed: str) -> dict[str, Any]:
    """The offer form as a person fills it in."""
    day = clock.today() + timedelta(days=20)
    spelt = [str(day.day), str(day.month), str(day.year)]
    said = {
        "setting": str(market.rowan.id), "starts_on": spelt, "valid_until": spelt, "approach": "A calm house by the park.",
        "lines": "3", "need_trauma_level": "full", "need_trauma_evidence": "A psychologist every week.",
        "fee_0_kind": "core", "fee_0_label": "Core fee", "fee_0_amount": "£4,380.00", "fee_0_unit": "week",
        "fee_1_kind": "therapy", "fee_1_amount": "62.50", "fee_1_unit": "hour", "fee_1_quantity": "2",
        "fee_2_kind": "discount", "fee_2_amount": "", "fee_2_unit": "week", "then": "send",
    }  # fmt: skip
    return said | changed


class TestTheInbox:
    def test_the_best_fit_comes_first_and_no_name_is_shown(self, market: Market, client_as: ClientAs) -> None:
        poor = a_published_referral(market.borough, market.referral.lot, must=("fire_setting",), age=10)
        invited(poor, market.rowan)
        invited(market.referral, market.rowan)
        page = client_as(a_responder(market.rowan)).get("/inbox").get_data(as_text=True)
        assert page.index("a boy of 13") < page.index("a boy of 10")
        assert "Zephyrine" not in page
        assert "Fits 1 place" in page

    def test_what_is_answered_leaves_it_and_is_found_by_the_filter(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        a_decline(market.referral, market.rowan, DeclineReason.STAFFING)
        client = client_as(a_responder(market.rowan))
        assert market.referral.reference not in client.get("/inbox").get_data(as_text=True)
        answered = client.get("/inbox?standing=answered").get_data(as_text=True)
        assert market.referral.reference in answered
        assert "Staffing" in answered

    def test_a_reason_pressed_declines_and_can_be_taken_back(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        client, at = client_as(a_responder(market.rowan)), f"/inbox/{market.referral.reference}"
        assert client.post(f"{at}/decline", data={"reason": "too_far"}).status_code == 303
        assert "You declined" in client.get(at).get_data(as_text=True)
        assert client.post(f"{at}/take-back").status_code == 303
        assert "Make an offer" in client.get(at).get_data(as_text=True)

    def test_it_takes_at_most_12_statements_however_many_rows(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        _many_invitations(market, 400)
        client = client_as(a_responder(market.rowan))
        with statements() as sent:
            page = client.get("/inbox").get_data(as_text=True)
        assert "1 to 20 of 401" in page
        assert len(sent) <= 12


class TestTheReferralInHand:
    def test_it_shows_the_profile_and_is_read_once_on_record(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        responder = a_responder(market.rowan)
        client = client_as(responder)
        for _ in range(2):
            page = client.get(f"/inbox/{market.referral.reference}").get_data(as_text=True)
        assert "Somewhere I can keep going to my school" in page
        acting(an_officer(market.referral))
        read = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "read_referral")).one()
        assert read.person_id == responder.person_id

    def test_distances_are_bands(self, market: Market, client_as: ClientAs, known_postcodes: None) -> None:
        invited(market.referral, market.rowan)
        page = client_as(a_responder(market.rowan)).get(f"/inbox/{market.referral.reference}").get_data(as_text=True)
        assert "Under 5 miles from home" in page
        assert "0.0 miles" not in page

    def test_another_organisation_s_reference_is_not_there(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        client = client_as(a_responder(market.beech))
        for ending in ("", "/offer"):
            assert client.get(f"/inbox/{market.referral.reference}{ending}").status_code == 404

    def test_finance_may_not_read_it(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        finance = a_colleague_at(market.rowan.provider_id, Role.PROVIDER_FINANCE)
        assert client_as(finance).get(f"/inbox/{market.referral.reference}").status_code == 403

    def test_once_its_sight_has_ended_the_page_says_so_without_the_profile(
        self, market: Market, client_as: ClientAs
    ) -> None:
        invited(market.referral, market.rowan)
        with behind(an_officer(market.referral).fence):
            db.session.execute(text("UPDATE invitations SET sight_ended_at = now()"))
        page = client_as(a_responder(market.rowan)).get(f"/inbox/{market.referral.reference}").get_data(as_text=True)
        assert "closed to you" in page
        assert "keep going to my school" not in page

    def test_a_question_that_names_the_asker_is_kept_and_refused(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        client, at = client_as(a_responder(market.rowan)), f"/inbox/{market.referral.reference}"
        refused = client.post(at, data={"question": "May he visit Rowan House?"})
        assert refused.status_code == 422
        assert "May he visit Rowan House?" in refused.get_data(as_text=True)
        assert client.post(at, data={"question": "May he visit?"}).status_code == 303


class TestTheOfferForm:
    def test_totals_are_reckoned_by_the_server_and_nothing_is_sent(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        client = client_as(a_responder(market.rowan))
        page = client.post(f"/inbox/{market.referral.reference}/offer", data=typed(market, then="totals"))
        assert page.status_code == 200
        said = page.get_data(as_text=True)
        assert "£4,505.00" in said
        assert "£4,380.00 × 52 weeks = £227,760.00" in said
        assert db.session.scalars(select(Offer)).all() == []

    def test_it_is_sent_and_gives_a_receipt(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        responder = a_responder(market.rowan)
        client = client_as(responder)
        sent = client.post(f"/inbox/{market.referral.reference}/offer", data=typed(market))
        assert sent.status_code == 303
        acting(responder)
        offer = db.session.scalars(select(Offer)).one()
        lines = db.session.scalars(select(OfferFeeLine.label).order_by(OfferFeeLine.position)).all()
        assert lines == ["Core fee", "Therapy"]
        page = client.get(sent.location).get_data(as_text=True)
        assert offer.receipt_hash in page

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"fee_0_amount": "-4200"}, "below nought"),
            ({"fee_0_amount": "4200000"}, "too large"),
            ({"fee_0_amount": "a lot"}, "is not clear"),
            ({"fee_1_quantity": "many"}, "is not a number"),
            ({"starts_on": ["31", "2", "2027"]}, "a day that exists"),
            ({"need_trauma_evidence": ""}, "Say how you will meet this need fully"),
            ({"approach": ""}, "Say how the child would live"),
        ],
    )
    def test_what_cannot_be_meant_is_said_and_everything_typed_is_kept(
        self, market: Market, client_as: ClientAs, changed: dict[str, str], said: str
    ) -> None:
        invited(market.referral, market.rowan)
        client = client_as(a_responder(market.rowan))
        refused = client.post(f"/inbox/{market.referral.reference}/offer", data=typed(market, **changed))
        page = refused.get_data(as_text=True)
        assert refused.status_code == 422
        assert said in page
        assert "62.50" in page
        assert "Error: " in page

    def test_after_the_deadline_it_says_so_and_keeps_what_was_typed(
        self, market: Market, client_as: ClientAs, move_clock: Callable[[datetime], None]
    ) -> None:
        invited(market.referral, market.rowan)
        client = client_as(a_responder(market.rowan))
        assert market.referral.deadline is not None
        said = typed(market)
        move_clock(market.referral.deadline + timedelta(seconds=1))
        late = client.post(f"/inbox/{market.referral.reference}/offer", data=said)
        page = late.get_data(as_text=True)
        assert late.status_code == 422
        assert "The deadline passed at" in page
        assert "A calm house by the park." in page
        assert client.get(f"/inbox/{market.referral.reference}/offer").status_code == 302

    def test_an_offer_is_changed_on_the_same_form(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan, weekly=Decimal(4200))
        client = client_as(a_responder(market.rowan))
        with statements() as sent:
            page = client.get(f"/offers/{offer.reference}/change").get_data(as_text=True)
        assert 'value="4200.00"' in page
        assert len(sent) <= 12
        changed = client.post(f"/offers/{offer.reference}/change", data=typed(market, version=str(offer.version)))
        assert changed.status_code == 303
        assert client.post(f"/offers/{offer.reference}/withdraw").status_code == 303
        assert "Taken back" in client.get("/offers").get_data(as_text=True)


class TestTheSealOnTheScreen:
    def test_the_borough_that_asks_for_an_offer_finds_nothing_and_is_on_record(
        self, market: Market, client_as: ClientAs
    ) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan)
        officer = an_officer(market.referral)
        assert client_as(officer).get(f"/offers/{offer.reference}").status_code == 404
        acting(officer)
        alert = db.session.scalars(select(AuditEvent).where(AuditEvent.refused)).one()
        assert (alert.act, alert.subject_reference) == ("open_offers", offer.reference)

    def test_another_provider_finds_nothing(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan, market.beech)
        offer = an_offer(market.referral, market.rowan)
        client = client_as(a_responder(market.beech))
        for ending in ("", "/change", "/receipt.json"):
            assert client.get(f"/offers/{offer.reference}{ending}").status_code == 404


class TestTheBoroughsPages:
    def test_settings_stand_in_order_with_reasons_and_every_failing_rule(
        self, market: Market, client_as: ClientAs
    ) -> None:
        with behind(SYSTEM_FENCE):
            provider = db.session.get_one(Organisation, market.beech.provider_id)
        a_setting(provider, market.referral.lot, name="Ashgrove", age_to=12, vacancies=0)
        client = client_as(an_officer(market.referral))
        with statements() as sent:
            page = client.get(f"/referrals/{market.referral.reference}/settings").get_data(as_text=True)
        assert len(sent) <= 12
        assert page.index("Rowan House") < page.index("Beech Lodge") < page.index("Ashgrove")
        assert "It is registered for ages 8 to 12; the child is 13 on the day needed. It has 0 free; 1 needed." in page
        assert "1,000 of 1,000 tries" in page

    def test_a_wave_is_ticked_and_sent(self, market: Market, client_as: ClientAs) -> None:
        client, at = client_as(an_officer(market.referral)), f"/referrals/{market.referral.reference}"
        nobody = client.post(f"{at}/settings", data={})
        assert nobody.status_code == 422
        assert "Choose at least one setting" in nobody.get_data(as_text=True)
        assert client.post(f"{at}/settings", data={"settings": [str(market.rowan.id)]}).status_code == 303
        page = client.get(f"{at}/invitations").get_data(as_text=True)
        assert "Wave 1" in page
        assert "Oakfield Care Ltd" in page

    def test_an_offer_lies_sealed_and_a_decline_is_readable(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan, market.beech)
        an_offer(market.referral, market.rowan)
        a_decline(market.referral, market.beech)
        page = client_as(an_officer(market.referral)).get(f"/referrals/{market.referral.reference}/invitations")
        said = page.get_data(as_text=True)
        assert "Offer, sealed" in said
        assert "No place on the date" in said
        assert "£" not in said

    def test_a_question_is_answered_in_place(self, market: Market, client_as: ClientAs) -> None:
        invited(market.referral, market.rowan)
        a_question(market.referral, market.rowan)
        client, at = client_as(an_officer(market.referral)), f"/referrals/{market.referral.reference}/questions"
        refused = client.post(f"{at}/1", data={"answer": "Zephyrine would like that."})
        assert refused.status_code == 422
        assert "Zephyrine would like that." in refused.get_data(as_text=True)
        assert client.post(f"{at}/1", data={"answer": "Yes, by a family worker."}).status_code == 303
        assert "Yes, by a family worker." in client.get(at).get_data(as_text=True)
        assert client.post(f"{at}/2", data={"answer": "Yes."}).status_code == 404

    @pytest.mark.parametrize("ending", ["settings", "invitations", "questions"])
    def test_a_provider_finds_none_of_them(self, market: Market, client_as: ClientAs, ending: str) -> None:
        invited(market.referral, market.rowan)
        client = client_as(a_responder(market.rowan))
        assert client.get(f"/referrals/{market.referral.reference}/{ending}").status_code == 404


def _many_invitations(market: Market, how_many: int) -> None:
    """As many published referrals as that, the provider invited to each."""
    copy = (
        "INSERT INTO referrals SELECT (r).* FROM (SELECT jsonb_populate_record(NULL::referrals, to_jsonb(r) ||"
        " jsonb_build_object('id', gen_random_uuid(), 'reference', 'MANY-' || n)) AS r"
        " FROM referrals r, generate_series(1, :n) n WHERE r.reference = :reference) copies"
    )
    with behind(an_officer(market.referral).fence):
        db.session.execute(text(copy), {"n": how_many, "reference": market.referral.reference})
        keys = db.session.execute(text("SELECT id, authority_id FROM referrals WHERE reference LIKE 'MANY-%'")).all()
        db.session.add_all(
            Invitation(
                referral_id=key, authority_id=authority, provider_id=market.rowan.provider_id, wave=1,
                released_at=clock.now(), fit=Decimal(40), settings=[],
            )
            for key, authority in keys
        )  # fmt: skip
