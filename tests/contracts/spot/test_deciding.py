"""Deciding, agreeing on paper, reviewing, converting."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementFeeLine, Signature
from contracts.papers import paper_of
from contracts.placing import end_placement
from contracts.sealing.jobs import seal_what_was_signed
from contracts.signing import sign_for_borough, sign_for_provider
from contracts.spending import spend_of_periods, spend_rows
from contracts.spot.agreeing import draw_up_spot_agreement, record_signed_paper
from contracts.spot.converting import convert_spot_purchase
from contracts.spot.deciding import approve_spot_purchase, refuse_spot_purchase, withdraw_spot_purchase
from contracts.spot.providers_word import record_providers_word
from contracts.spot.purchase import SpotPurchase, SpotReview
from contracts.spot.reviewing import record_ofsted_told, review_emergency, review_spot_purchase
from contracts.varying.approving import approve_variation
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.files import StoredFile
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from foundation.tenancy import Fence
from marketplace.actor import SYSTEM
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting
from marketplace.uploads import Upload
from tests.makers.referrals import CANARY
from tests.makers.spot import (
    EMERGENCY,
    Need,
    a_need,
    a_paper,
    agreement_as_read_by,
    approved,
    issued,
    proposed,
    purchase_as_read_by,
    started,
    unregistered,
)
from tests.makers.standing import a_person, acting, admit, behind
from tests.makers.varying import at_rate, variation_as_read_by
from tests.makers.varying import proposed as proposed_variation

MoveClock = Callable[[datetime], None]


def with_limit(need: Need, limit: int) -> None:
    """The borough's managers may approve alone up to so many pounds a week."""
    with behind(Fence(need.borough.id, None, "authority")):
        db.session.execute(update(Organisation).where(Organisation.id == need.borough.id).values(award_limit=limit))


def claimed(need: Need) -> None:
    """The outside provider has accounts."""
    with behind(Fence(need.outside.provider_id, None, "provider")):
        organisation = db.session.get_one(Organisation, need.outside.provider_id)
        organisation.claimed_at = clock.now()


class TestApproving:
    def test_by_a_manager_who_did_not_propose(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = approved(need, proposed(need))
        assert (purchase.state, purchase.decided_by_name) == ("approved", "Mary Manager")
        letter = session.scalars(select(Letter).where(Letter.act == Act.APPROVE_SPOT_PURCHASE)).one()
        assert CANARY not in letter.body

    def test_not_by_its_proposer(self, session: scoped_session[Session]) -> None:
        need = a_need()
        both = a_person(need.borough, Role.PLACEMENT_OFFICER, Role.PLACEMENT_MANAGER)
        need.officer = both
        purchase = proposed(need)
        for verb in (approve_spot_purchase, refuse_spot_purchase):
            with pytest.raises(NotPermitted, match="You proposed"):
                verb(purchase, "Fine.", by=both)

    def test_above_the_limit_by_a_director(self, session: scoped_session[Session]) -> None:
        need = a_need()
        with_limit(need, 5000)
        purchase = purchase_as_read_by(need.manager, proposed(need))
        with pytest.raises(NotPermitted, match=r"Above £5,000.00 a week only a director"):
            approve_spot_purchase(purchase, "", by=need.manager)
        assert approved(need, purchase, by=need.director).state == "approved"

    def test_at_the_limit_by_a_manager(self, session: scoped_session[Session]) -> None:
        need = a_need()
        with_limit(need, 5200)
        assert approved(need, proposed(need)).state == "approved"

    def test_an_unregistered_place_by_a_director_and_the_hub_is_told(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = purchase_as_read_by(need.manager, unregistered(need))
        with pytest.raises(NotPermitted, match="Only a director"):
            approve_spot_purchase(purchase, "", by=need.manager)
        assert approved(need, purchase).decided_by_name == "Dora Director"
        acting(a_person(need.hub, Role.HUB_ANALYST))
        letter = session.scalars(select(Letter).where(Letter.organisation_id == need.hub.id)).one()
        assert "unregistered" in letter.subject
        assert CANARY not in letter.body

    def test_once(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = purchase_as_read_by(need.manager, approved(need, proposed(need)))
        with pytest.raises(NotNow):
            approve_spot_purchase(purchase, "", by=need.manager)
        with pytest.raises(NotNow):
            refuse_spot_purchase(purchase, "Too late.", by=need.manager)

    def test_what_was_changed_meanwhile_is_stale(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = purchase_as_read_by(need.manager, proposed(need))
        with pytest.raises(Stale):
            approve_spot_purchase(purchase, "", version=99, by=need.manager)

    def test_refused_for_a_reason_another_may_be_proposed(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = purchase_as_read_by(need.manager, proposed(need))
        with pytest.raises(Invalid, match="Say why"):
            refuse_spot_purchase(purchase, " ", by=need.manager)
        refuse_spot_purchase(purchase, "Ask Oakfield again.", by=need.manager)
        assert proposed(need).state == "proposed"

    def test_a_note_that_names_the_child_is_refused(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = purchase_as_read_by(need.manager, proposed(need))
        with pytest.raises(Invalid, match="looks like"):
            approve_spot_purchase(purchase, f"{CANARY} needs it.", by=need.manager)


class TestAgreeing:
    def test_on_paper_to_a_placement_in_spending(self, session: scoped_session[Session]) -> None:
        need = a_need()
        agreement = started(need)
        assert (agreement.bought_by, agreement.award_id, agreement.terms_version_id) == ("spot", None, None)
        signature = session.scalars(select(Signature).where(Signature.side == "provider")).one()
        assert (signature.typed_name, signature.role) == ("Ines Faraway", "Registered manager")
        assert signature.recorded_by_name == "Olu Officer"
        paper = session.get_one(StoredFile, signature.paper_file_id)
        assert (paper.confidential, paper.shared_with_id) == (True, None)
        assert paper.name == f"{agreement.reference}-signed-by-provider.pdf"
        (spent,) = spend_rows(clock.today(), clock.today() + timedelta(weeks=2))
        assert (spent.bought_by, spent.amount) == ("spot", Decimal("10400.00"))

    def test_the_paper_says_that_no_terms_apply(self, session: scoped_session[Session]) -> None:
        need = a_need()
        agreement = issued(need, approved(need, proposed(need)))
        assert "outside" in paper_of(agreement).imprint
        kept = session.get_one(StoredFile, agreement.issued_text_id)
        assert b"none of its terms apply" in kept.content

    def test_drawn_up_once_and_only_when_approved(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = proposed(need)
        with pytest.raises(NotNow):
            draw_up_spot_agreement(purchase, by=need.officer)
        purchase = approved(need, purchase)
        draw_up_spot_agreement(purchase, by=need.officer)
        with pytest.raises(NotNow, match="drawn up from this purchase already"):
            draw_up_spot_agreement(purchase, by=need.officer)

    def test_a_provider_with_accounts_signs_itself(self, session: scoped_session[Session]) -> None:
        need = a_need()
        claimed(need)
        agreement = issued(need, approved(need, proposed(need)))
        with pytest.raises(NotNow, match="has accounts here"):
            record_signed_paper(agreement, a_paper(), by=need.officer)
        owner = db.session.get_one(Organisation, need.outside.provider_id)
        head = a_person(owner, Role.PROVIDER_MANAGER, name="Ines Faraway")
        agreement = agreement_as_read_by(head, agreement)
        assert sign_for_provider(agreement, "Ines Faraway", by=head).paper_file_id is None

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"signer": " "}, "signer"),
            ({"position": ""}, "position"),
            ({"signed_on": date(2020, 1, 1)}, "signed_on"),
            ({"upload": Upload("scan.pdf", b"MZ this is a program")}, "paper"),
            ({"upload": Upload("scan.exe", b"%PDF-1.7")}, "paper"),
            ({"upload": Upload("scan.pdf", b"")}, "paper"),
        ],
    )
    def test_a_paper_that_cannot_be_one(
        self, session: scoped_session[Session], facts: dict[str, object], field: str
    ) -> None:
        need = a_need()
        agreement = issued(need, approved(need, proposed(need)))
        with pytest.raises(Invalid) as refused:
            record_signed_paper(agreement, a_paper(**facts), by=need.officer)
        assert refused.value.field == field
        assert session.scalars(select(Signature)).all() == []

    def test_not_signed_tomorrow_nor_before_it_was_issued(self, session: scoped_session[Session]) -> None:
        need = a_need()
        agreement = issued(need, approved(need, proposed(need)))
        with pytest.raises(Invalid, match="was issued on"):
            record_signed_paper(agreement, a_paper(signed_on=clock.today() + timedelta(days=1)), by=need.officer)

    def test_the_database_lets_no_borough_sign_for_a_provider_of_the_framework(
        self, session: scoped_session[Session]
    ) -> None:
        need = a_need()
        agreement = issued(need, approved(need, proposed(need)))
        forged = Signature(
            agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id,
            side="provider", person_id=need.officer.person_id, typed_name="Ines", role="Manager", document_sha256="0",
        )  # fmt: skip
        db.session.add(forged)
        with pytest.raises(Exception, match="row-level security"):
            db.session.flush()

    def test_withdrawn_before_the_start_its_agreement_is_cancelled(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = approved(need, proposed(need))
        issued(need, purchase)
        purchase = purchase_as_read_by(need.officer, purchase)
        withdraw_spot_purchase(purchase, "Oakfield has a place after all.", by=need.officer)
        assert session.scalars(select(Agreement.state)).all() == ["cancelled"]
        assert session.scalars(select(StoredFile.shared_with_id)).all() == [None] * 2
        assert (purchase.state, purchase.decided_by_name) == ("withdrawn", "Mary Manager")

    def test_withdrawn_after_sealing_the_sealed_paper_closes_too(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = approved(need, proposed(need))
        agreement = issued(need, purchase)
        record_signed_paper(agreement, a_paper(), by=need.officer)
        sign_for_borough(agreement := agreement_as_read_by(need.manager, agreement), need.manager.name, by=need.manager)
        key = agreement.id
        acting(SYSTEM)
        seal_what_was_signed(str(key))
        withdraw_spot_purchase(purchase_as_read_by(need.officer, purchase), "Oakfield has a place.", by=need.officer)
        assert session.scalars(select(StoredFile.shared_with_id)).all() == [None] * 5

    def test_not_once_the_child_has_moved_in(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = proposed(need)
        started(need, purchase)
        with pytest.raises(NotNow):
            withdraw_spot_purchase(purchase_as_read_by(need.officer, purchase), "Changed.", by=need.officer)

    def test_it_varies_by_the_provider_s_word_in_writing(
        self, session: scoped_session[Session], move_clock: MoveClock
    ) -> None:
        need = a_need()
        agreement = started(need)
        move_clock(clock.now() + timedelta(days=40))
        variation = proposed_variation(agreement, need.officer, at_rate("5460.00", "Core fee"), on=clock.today())
        with pytest.raises(Invalid, match="Name who agreed"):
            record_providers_word(variation, " ", clock.today(), by=need.officer)
        with pytest.raises(Invalid, match="in the future"):
            record_providers_word(variation, "Ines", clock.today() + timedelta(days=1), by=need.officer)
        record_providers_word(variation, "Ines Faraway", clock.today(), by=need.officer)
        variation = variation_as_read_by(need.manager, variation)
        approve_variation(variation, by=need.manager)
        assert sorted(session.scalars(select(AgreementFeeLine.amount))) == [Decimal("5200.00"), Decimal("5460.00")]

    def test_it_ends_like_any_other(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        need = a_need()
        agreement = started(need)
        move_clock(clock.now() + timedelta(days=30))
        end_placement(agreement_as_read_by(need.officer, agreement), clock.today(), "E5", True, by=need.officer)
        assert session.scalars(select(Agreement.state)).one() == "ended"


class TestReviewing:
    def test_each_week_is_a_row(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        need = a_need()
        purchase = unregistered(need)
        started(need, purchase)
        for _ in range(2):
            move_clock(clock.now() + timedelta(days=7))
            purchase = purchase_as_read_by(need.officer, purchase)
            review_spot_purchase(
                purchase, "Settled; the form is sent.", clock.today() + timedelta(days=7), by=need.officer
            )
        reviews = session.scalars(select(SpotReview).order_by(SpotReview.reviewed_at)).all()
        assert [(review.kind, review.was_late) for review in reviews] == [("weekly", False)] * 2

    def test_a_late_one_says_so(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        need = a_need()
        purchase = approved(need, unregistered(need))
        move_clock(clock.now() + timedelta(days=9))
        purchase = purchase_as_read_by(need.officer, purchase)
        assert review_spot_purchase(purchase, "Late.", clock.today() + timedelta(days=7), by=need.officer).was_late

    @pytest.mark.parametrize(("ahead", "sentence"), [(0, "a day to come"), (8, "every week")])
    def test_next_within_the_week(self, session: scoped_session[Session], ahead: int, sentence: str) -> None:
        need = a_need()
        purchase = approved(need, unregistered(need))
        with pytest.raises(Invalid, match=sentence):
            review_spot_purchase(purchase, "Fine.", clock.today() + timedelta(days=ahead), by=need.officer)

    def test_says_something_and_names_nobody(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = approved(need, proposed(need))
        for finding in ("  ", f"{CANARY} is happy."):
            with pytest.raises(Invalid):
                review_spot_purchase(purchase, finding, clock.today() + timedelta(days=30), by=need.officer)

    def test_an_emergency_afterwards_by_somebody_else(self, session: scoped_session[Session]) -> None:
        need = a_need(published=False)
        purchase = approved(need, proposed(need, emergency=EMERGENCY, reason="emergency"))
        assert purchase.emergency_review_by is not None
        purchase = purchase_as_read_by(need.manager, purchase)
        with pytest.raises(NotPermitted, match="You approved"):
            review_emergency(purchase, "It was right.", by=need.manager)
        purchase = purchase_as_read_by(need.director, purchase)
        review_emergency(purchase, "It was right.", by=need.director)
        with pytest.raises(NotNow, match="reviewed already"):
            review_emergency(purchase, "Twice.", by=need.director)

    def test_no_emergency_no_review_of_one(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = purchase_as_read_by(need.director, approved(need, proposed(need)))
        with pytest.raises(NotNow, match="did not take the emergency path"):
            review_emergency(purchase, "It was right.", by=need.director)

    def test_ofsted_told_on_a_day(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = approved(need, unregistered(need))
        for day in (clock.today() + timedelta(days=1), clock.today() - timedelta(days=60)):
            with pytest.raises(Invalid):
                record_ofsted_told(purchase, day, by=need.officer)
        record_ofsted_told(purchase, clock.today(), by=need.officer)
        with pytest.raises(NotNow, match="Ofsted was told on"):
            record_ofsted_told(purchase, clock.today(), by=need.officer)

    def test_of_a_registered_place_ofsted_need_not_be_told(self, session: scoped_session[Session]) -> None:
        need = a_need()
        with pytest.raises(NotNow, match="registered"):
            record_ofsted_told(proposed(need), clock.today(), by=need.officer)


class TestConverting:
    def test_from_a_day_on_without_touching_the_past(
        self, session: scoped_session[Session], move_clock: MoveClock
    ) -> None:
        need = a_need()
        purchase = proposed(need)
        agreement = started(need, purchase)
        first = agreement.started_on
        assert first is not None
        move_clock(clock.now() + timedelta(days=14))
        admit(Organisation(id=need.outside.provider_id), need.lot, need.outside)
        day = clock.today() + timedelta(days=7)
        converted = convert_spot_purchase(purchase_as_read_by(need.manager, purchase), day, by=need.manager)
        assert (converted.bought_by, converted.converted_on) == ("spot", day)
        assert converted.terms_version_id is not None
        rows = spend_of_periods([(first, first + timedelta(days=42))], by_means=True)
        assert [(row.bought_by, row.amount) for row in rows] == [
            ("spot", Decimal("15600.00")),
            ("framework", Decimal("15600.00")),
        ]
        (whole,) = spend_rows(first, first + timedelta(days=42))
        assert whole.amount == Decimal("31200.00")
        with pytest.raises(NotNow, match="counts as bought through the framework"):
            convert_spot_purchase(purchase_as_read_by(need.manager, purchase), day, by=need.manager)

    def test_not_before_the_setting_is_admitted(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = proposed(need)
        started(need, purchase)
        with pytest.raises(NotNow, match="is not admitted"):
            convert_spot_purchase(purchase_as_read_by(need.manager, purchase), clock.today(), by=need.manager)

    @pytest.mark.parametrize("ahead", [-1, 32])
    def test_nor_from_a_day_before_it_or_far_ahead(self, session: scoped_session[Session], ahead: int) -> None:
        need = a_need()
        purchase = proposed(need)
        started(need, purchase)
        admit(Organisation(id=need.outside.provider_id), need.lot, need.outside)
        day = clock.today() + timedelta(days=ahead)
        with pytest.raises(Invalid):
            convert_spot_purchase(purchase_as_read_by(need.manager, purchase), day, by=need.manager)

    def test_not_by_an_officer_nor_without_a_placement(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = approved(need, proposed(need))
        with pytest.raises(NotPermitted):
            convert_spot_purchase(purchase, clock.today(), by=need.officer)
        with pytest.raises(NotNow, match="No placement runs"):
            convert_spot_purchase(purchase_as_read_by(need.manager, purchase), clock.today(), by=need.manager)

    def test_the_database_converts_no_agreement_that_has_not_begun(self, session: scoped_session[Session]) -> None:
        need = a_need()
        agreement = issued(need, approved(need, proposed(need)))
        agreement.converted_on = clock.today()
        with pytest.raises(IntegrityError, match="converted_while_it_runs"):
            session.flush()


def test_every_act_stands_in_the_trail(session: scoped_session[Session]) -> None:
    need = a_need()
    purchase = unregistered(need)
    started(need, purchase)
    record_ofsted_told(purchase_as_read_by(need.officer, purchase), clock.today(), by=need.officer)
    acts = set(
        session.scalars(select(AuditEvent.act).where(AuditEvent.subject_type.in_(["spotpurchase", "agreement"])))
    )
    assert {
        Act.PROPOSE_SPOT_PURCHASE, Act.APPROVE_SPOT_PURCHASE, Act.DRAW_UP_SPOT_AGREEMENT, Act.RECORD_SIGNED_PAPER,
        Act.RECORD_OFSTED_TOLD,
    } <= acts  # fmt: skip
    assert session.scalars(select(Setting.recorded_by_id).where(Setting.name == "The Annexe")).one() == need.borough.id
    assert session.scalars(select(SpotPurchase.state)).one() == "approved"
