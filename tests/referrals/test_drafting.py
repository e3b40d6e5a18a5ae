"""Drafting: begun, saved incomplete, carried on by a colleague, never lost between two people."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.roles import Role
from referrals import queries
from referrals.drafting import AnswersChanged, draft_referral, justify_finding, save_answers
from referrals.publishing import quality_of, send_for_approval
from referrals.referral import ReferralState
from tests.makers.referrals import a_child, a_colleague, a_draft, a_referral_awaiting_approval, acting_on
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, acting


class Place:
    """A borough with an officer and a lot."""

    def __init__(self) -> None:
        self.hub = a_hub()
        self.borough = a_borough(self.hub)
        self.officer = a_person(self.borough, Role.PLACEMENT_OFFICER)
        self.lot: Lot = a_lot(self.hub, "residential", (self.borough,))


@pytest.fixture
def place(session: scoped_session[Session]) -> Place:
    return Place()


class TestDraftReferral:
    def test_it_begins_on_the_latest_form_and_is_the_officers_work(self, place: Place) -> None:
        referral = draft_referral(a_child(place.officer), place.lot, by=place.officer)
        assert (referral.state, referral.form_key, referral.form_version) == (ReferralState.DRAFT, "residential", 1)
        assert referral.officer_id == place.officer.person_id

    def test_a_borough_outside_the_framework_makes_none(self, place: Place) -> None:
        elsewhere = a_lot(place.hub, "residential", ())
        child = a_child(place.officer)
        with pytest.raises(Invalid) as refused:
            draft_referral(child, elsewhere, by=place.officer)
        assert refused.value.field == "lot"

    def test_a_finance_officer_may_not(self, place: Place) -> None:
        child = a_child(place.officer)
        finance = a_colleague(place.officer, Role.FINANCE_OFFICER)
        child = acting_on(finance, child)
        with pytest.raises(NotPermitted):
            draft_referral(child, place.lot, by=finance)


class TestSaveAnswers:
    def test_it_keeps_what_other_pages_said(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot, answers={"strengths": "Maps"})
        save_answers(
            referral,
            {"what_helps": "A quiet room", "needed_by": "2027-01-04", "expected_weeks": "26"},
            version=2,
            by=place.officer,
        )
        saved = queries.answers_of(referral)
        assert saved.answers["strengths"] == "Maps"
        assert saved.answers["expected_weeks"] == 26
        assert (str(referral.needed_by), referral.expected_weeks) == ("2027-01-04", 26)

    def test_an_emptied_answer_is_gone(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot, answers={"strengths": "Maps", "needed_by": "2027-01-04"})
        save_answers(referral, {"strengths": "", "needed_by": None}, version=2, by=place.officer)
        assert queries.answers_of(referral).answers == {}
        assert referral.needed_by is None

    def test_a_bad_answer_saves_nothing(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot, answers={"strengths": "Maps"})
        with pytest.raises(Invalid):
            save_answers(referral, {"strengths": "Trains", "pets": "Perhaps"}, version=2, by=place.officer)
        assert queries.answers_of(referral).answers == {"strengths": "Maps"}

    def test_two_people_at_once_lose_nothing(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot, answers={"strengths": "Maps"})
        with pytest.raises(AnswersChanged) as both:
            save_answers(referral, {"strengths": "Trains"}, version=1, by=place.officer)
        assert (both.value.theirs.answers["strengths"], both.value.mine["strengths"]) == ("Maps", "Trains")

    def test_a_colleague_carries_on(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot, answers={"strengths": "Maps"})
        colleague = a_colleague(place.officer, Role.PLACEMENT_OFFICER)
        referral = acting_on(colleague, referral)
        save_answers(referral, {"strengths": "Maps and trains"}, version=2, by=colleague)
        assert queries.answers_of(referral).saved_by_id == colleague.person_id

    def test_not_once_it_is_sent(self, place: Place) -> None:
        referral = a_referral_awaiting_approval(place.officer, place.lot)
        with pytest.raises(NotNow):
            save_answers(referral, {"strengths": "Late"}, version=2, by=place.officer)

    def test_the_trail_names_the_questions_and_not_the_answers(self, place: Place) -> None:
        a_draft(place.officer, place.lot, answers={"strengths": "Quillonrose draws"})
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "save_answers")).one()
        assert event.after == {"changed": ["strengths"]}


class TestJustifyFinding:
    def test_a_reason_lets_it_stand_and_an_empty_one_takes_that_back(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot, answers={"strengths": "Quillonrose draws"})
        [found] = quality_of(referral).to_mend
        justify_finding(referral, found.key, "It is the name of her cat.", by=place.officer)
        assert quality_of(referral).to_mend == []
        justify_finding(referral, found.key, " ", by=place.officer)
        assert len(quality_of(referral).to_mend) == 1


class TestTheFormsPages:
    def test_both_versions_are_shown_and_mine_can_be_saved_over_it(
        self, place: Place, client_as: Callable[[Actor], FlaskClient]
    ) -> None:
        reference = a_draft(place.officer, place.lot, answers={"strengths": "Maps", "what_helps": "Quiet"}).reference
        client = client_as(place.officer)
        address = f"/referrals/{reference}/form/strengths"
        sent = client.post(address, data={"version": "1", "strengths": "Trains", "what_helps": "Quiet"})
        assert sent.status_code == 409
        assert "Maps" in sent.text
        assert "Trains" in sent.text
        assert 'name="version" value="2"' in sent.text
        again = client.post(address, data={"version": "2", "strengths": "Trains", "what_helps": "Quiet"})
        assert again.status_code == 303

    def test_what_is_found_is_quoted_and_marked(self, place: Place, client_as: Callable[[Actor], FlaskClient]) -> None:
        reference = a_draft(
            place.officer, place.lot, answers={"strengths": "She says <b>Quillonrose</b> draws"}
        ).reference
        page = client_as(place.officer).get(f"/referrals/{reference}/form").text
        assert "<mark>Quillonrose</mark>" in page
        assert "&lt;b&gt;" in page

    def test_a_stranger_finds_nothing(self, place: Place, client_as: Callable[[Actor], FlaskClient]) -> None:
        reference = a_draft(place.officer, place.lot).reference
        stranger = a_person(a_borough(place.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER)
        client = client_as(stranger)
        for ending in ("", "/form", "/form/strengths", "/preview", "/approval", "/timeline", "/withdraw", "/send"):
            assert client.get(f"/referrals/{reference}{ending}").status_code == 404

    def test_every_section_of_every_form_opens_and_saves(
        self, place: Place, client_as: Callable[[Actor], FlaskClient]
    ) -> None:
        for key in ("fostering", "special_school"):
            acting(place.officer)
            referral = a_draft(place.officer, a_lot(place.hub, key, (place.borough,)))
            reference, version = referral.reference, 2
            client = client_as(place.officer)
            page = client.get(f"/referrals/{reference}/form").text
            for section in {line.split('"')[0] for line in page.split(f"/referrals/{reference}/form/")[1:]}:
                address = f"/referrals/{reference}/form/{section.split('#')[0]}"
                assert client.get(address).status_code == 200
            sent = client.post(f"/referrals/{reference}/form/health", data={"version": version, "health": "Well"})
            assert sent.status_code == 303
            acting(place.officer)

    def test_sending_from_the_page(self, place: Place, client_as: Callable[[Actor], FlaskClient]) -> None:
        referral = a_draft(place.officer, place.lot)
        reference = referral.reference
        assert quality_of(referral).is_ready
        sent = client_as(place.officer).post(f"/referrals/{reference}/send")
        assert sent.status_code == 303
        acting(place.officer)
        assert queries.referral_of(reference, place.officer).state is ReferralState.AWAITING_APPROVAL

    def test_an_incomplete_one_is_not_sent(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot, answers={"strengths": "Maps"})
        with pytest.raises(Invalid, match="must still be answered"):
            send_for_approval(referral, by=place.officer)
        assert referral.state is ReferralState.DRAFT
