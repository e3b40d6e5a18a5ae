"""Drawing up an agreement from an award, changing the draft, issuing it, and cancelling it when the award is undone."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session, undefer

from contracts.agreement import Agreement, AgreementFeeLine, AgreementOutcome, AgreementState
from contracts.awarding import undo_award
from contracts.drafting import DraftTerms, Outcome, change_agreement
from contracts.drawing_up import draw_up_agreement, issue_agreement
from contracts.queries import award_with_identity
from foundation.audit import AuditEvent
from foundation.files import StoredFile
from foundation.outbox import Letter
from foundation.permission import Invalid, NotFound, NotNow, NotPermitted
from marketplace.acts import Act
from marketplace.roles import Role
from tests.makers.contracts import CORE, a_deal, a_draft, a_placement, as_read_by, issued, signed
from tests.makers.standing import a_borough, a_person, a_provider, acting

S = AgreementState
START = date(2027, 1, 4)
THERAPY = {
    "kind": "therapy",
    "label": "Therapy",
    "amount": Decimal("185.50"),
    "unit": "week",
    "ends_on": date(2027, 3, 1),
}
TERMS = DraftTerms(
    starts_on=date(2027, 3, 1), expected_end_on=None, review_on=date(2027, 3, 29),
    outcomes=(Outcome(domain="Being heard", outcome="Has a say", measure="Own rating, 1 to 5"),),
)  # fmt: skip


class TestDrawingUp:
    def test_takes_over_the_offer_and_the_terms(self, session: scoped_session[Session]) -> None:
        deal = a_deal(fees=(CORE, THERAPY), starts_on=START, weeks=52)
        agreement = a_draft(deal)
        lines = session.scalars(select(AgreementFeeLine).order_by(AgreementFeeLine.position)).all()
        assert (agreement.state, agreement.kind) == (S.DRAFT, "individual_child_agreement")
        assert (agreement.starts_on, agreement.expected_end_on) == (START, START + timedelta(weeks=52))
        assert (agreement.age_at_start, agreement.sex, agreement.notice_days) == (14, "F", 28)
        assert [(line.label, line.starts_on, line.ends_on) for line in lines] == [
            ("Accommodation and care", START, None), ("Therapy", START, date(2027, 3, 1))
        ]  # fmt: skip
        assert len(session.scalars(select(AgreementOutcome)).all()) == 2

    def test_of_a_school_s_lot_is_an_individual_placement_agreement(self, session: scoped_session[Session]) -> None:
        assert a_draft(a_deal("special_school")).title == "Individual Placement Agreement"

    def test_a_finance_officer_and_the_provider_may_not(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        for actor in (a_person(deal.borough, Role.FINANCE_OFFICER), deal.head):
            acting(actor)
            with pytest.raises(NotPermitted):
                draw_up_agreement(deal.award, by=actor)

    def test_one_agreement_for_an_award(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        first = a_draft(deal).reference
        with pytest.raises(NotNow, match=first):
            draw_up_agreement(deal.award, by=deal.officer)

    def test_not_without_terms_in_force(self, session: scoped_session[Session]) -> None:
        deal = a_deal(starts_on=date(2021, 1, 4))
        acting(deal.officer)
        with pytest.raises(Invalid, match="no terms in force on 4 January 2021"):
            draw_up_agreement(deal.award, by=deal.officer)

    def test_the_database_refuses_two_lines_of_one_label_at_a_time(self, session: scoped_session[Session]) -> None:
        agreement = a_draft(a_deal(starts_on=START))
        session.add(
            AgreementFeeLine(
                agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id,
                position=2, starts_on=START + timedelta(7), **CORE,
            )
        )  # fmt: skip
        with pytest.raises(IntegrityError, match="ex_agreement_fee_lines_overlap"):
            session.flush()

    def test_others_see_nothing_of_a_draft(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        strangers = [deal.head, a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER)]
        strangers.append(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER))
        a_draft(deal)
        for stranger in strangers:
            acting(stranger)
            for table in (Agreement, AgreementFeeLine, AgreementOutcome):
                assert session.scalars(select(table)).all() == []


class TestChangingTheDraft:
    def test_moves_dates_fees_and_outcomes(self, session: scoped_session[Session]) -> None:
        deal = a_deal(fees=(CORE, THERAPY), starts_on=START)
        agreement = change_agreement(a_draft(deal), TERMS, by=deal.officer)
        lines = session.scalars(select(AgreementFeeLine).order_by(AgreementFeeLine.position)).all()
        assert (agreement.starts_on, agreement.expected_end_on, agreement.age_at_start) == (date(2027, 3, 1), None, 15)
        assert [(line.starts_on, line.ends_on) for line in lines] == [
            (date(2027, 3, 1), None), (date(2027, 3, 1), date(2027, 3, 1))
        ]  # fmt: skip
        assert [said.outcome for said in session.scalars(select(AgreementOutcome))] == ["Has a say"]

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"expected_end_on": date(2027, 3, 1)}, "expected_end_on"),
            ({"review_on": date(2027, 2, 1)}, "review_on"),
            ({"outcomes": ()}, "outcomes"),
            ({"outcomes": (Outcome(domain="", outcome="Is safe", measure=" "),)}, "outcomes"),
        ],
    )
    def test_what_cannot_be_meant(
        self, session: scoped_session[Session], changed: dict[str, object], field: str
    ) -> None:
        deal = a_deal(starts_on=START)
        agreement = a_draft(deal)
        with pytest.raises(Invalid) as refused:
            change_agreement(agreement, replace(TERMS, **changed), by=deal.officer)  # type: ignore[arg-type]
        assert refused.value.field == field

    def test_not_once_it_is_issued(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = as_read_by(deal.officer, issued(deal))
        with pytest.raises(NotNow):
            change_agreement(agreement, TERMS, by=deal.officer)


class TestIssuing:
    def test_makes_the_paper_and_asks_the_provider(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = issued(deal)
        letter = session.scalars(select(Letter).where(Letter.act == Act.ISSUE_AGREEMENT)).one()
        paper = session.get_one(StoredFile, agreement.issued_file_id)
        assert (agreement.state, paper.media_type, paper.shared_with_id) == (
            S.ISSUED,
            "application/pdf",
            deal.provider.id,
        )
        assert letter.to_roles == ["provider_manager"]
        assert "Quillfeather" not in letter.subject + letter.body
        assert f"/placements/{agreement.reference}" in letter.body
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.ISSUE_AGREEMENT)).one()
        assert (event.about_id, event.after) == (deal.provider.id, {"sha256": paper.sha256})

    def test_the_name_stands_in_the_identity_block_alone(self, session: scoped_session[Session]) -> None:
        agreement = issued(a_deal())
        text = session.get_one(
            StoredFile, agreement.issued_text_id, options=[undefer(StoredFile.content)]
        ).content.decode()
        block = text.split('<div class="confidential">')[1].split("</div>")[0]
        assert text.count("Quillfeather") == block.count("Quillfeather") == 1
        assert "£218,400.00" in text

    def test_not_without_an_outcome(self, session: scoped_session[Session]) -> None:
        deal = a_deal(outcomes=[])
        agreement = a_draft(deal)
        with pytest.raises(Invalid, match="at least one outcome"):
            issue_agreement(agreement, by=deal.officer)
        assert agreement.state is S.DRAFT


class TestCancellingWithTheAward:
    def test_closes_papers_and_identity_to_the_provider(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed(deal)
        key = agreement.id
        acting(deal.manager)
        undo_award(deal.award, "The child's plan changed.", by=deal.manager)
        acting(deal.head)
        assert session.get_one(Agreement, key).state is S.CANCELLED
        assert session.scalars(select(StoredFile)).all() == []
        with pytest.raises(NotFound):
            award_with_identity(deal.referral_reference, deal.head)

    def test_not_once_the_placement_has_started(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        a_placement(deal)
        acting(deal.manager)
        with pytest.raises(NotNow, match="active"):
            undo_award(deal.award, "Too late.", by=deal.manager)
