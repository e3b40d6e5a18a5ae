"""Variations from proposal to approval: fees, arrears, who, when, and what the database refuses."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.costs import reckoned
from contracts.placing import end_placement
from contracts.queries import fee_lines_of
from contracts.varying.approving import approve_variation, changes_of
from contracts.varying.proposing import agree_to_variation, refuse_variation, withdraw_variation
from contracts.varying.variation import Variation, VariationChange, VariationState
from contracts.varying.work_sources import variations_to_decide
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from marketplace.acts import Act
from marketplace.costing import cost
from marketplace.fee_line import FeeKind
from marketplace.roles import Role
from marketplace.work import Group
from tests.makers.contracts import CORE, Deal, a_deal, as_read_by, signed
from tests.makers.standing import a_borough, a_person, a_provider, acting
from tests.makers.varying import a_new_fee, a_running_deal, at_rate, closing, proposed, variation_as_read_by

S = VariationState
FOUR_WEEKS = timedelta(28)
SCHOOL = {"kind": "education", "label": "School", "amount": Decimal("99.99"), "unit": "day"}


def approved(deal: Deal, variation: Variation) -> Variation:
    variation = variation_as_read_by(deal.manager, variation)
    return approve_variation(variation, by=deal.manager)


class TestItDoes:
    def test_a_provider_s_proposal_is_approved_and_the_past_stays(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        today, start = clock.today(), agreement.starts_on
        before = cost(reckoned(fee_lines_of(agreement)), start, today - FOUR_WEEKS)
        variation = approved(deal, proposed(agreement, deal.head))
        agreement = as_read_by(deal.manager, agreement)
        lines = fee_lines_of(agreement)
        assert [(line.amount, line.starts_on, line.ends_on) for line in lines] == [
            (Decimal("4200.00"), start, today - FOUR_WEEKS), (Decimal("4410.00"), today - FOUR_WEEKS, None)
        ]  # fmt: skip
        assert cost(reckoned(lines), start, today - FOUR_WEEKS) == before
        rows = changes_of(variation_as_read_by(deal.head, variation))
        assert [row.arrears for row in rows] == [Decimal("840.00")]

    def test_arrears_are_shown_fee_by_fee_and_sum_to_the_difference_of_the_cost(
        self, session: scoped_session[Session]
    ) -> None:
        deal, agreement = a_running_deal(fees=(CORE, SCHOOL))
        today, since = clock.today(), clock.today() - timedelta(10)
        before = cost(reckoned(fee_lines_of(agreement)), agreement.starts_on, today)
        asked = (at_rate("4333.33"), closing("School", FeeKind.EDUCATION), a_new_fee(since, "77.77"))
        variation = approved(deal, proposed(agreement, deal.head, *asked, on=since))
        arrears = [row.arrears for row in changes_of(variation)]
        agreement = as_read_by(deal.manager, agreement)
        after = cost(reckoned(fee_lines_of(agreement)), agreement.starts_on, today)
        assert arrears == [Decimal("190.47"), Decimal("-999.90"), Decimal("111.10")]
        assert after - before == sum(due for due in arrears if due is not None)

    def test_the_borough_s_own_proposal_needs_the_provider_first(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        variation = proposed(agreement, deal.officer)
        with pytest.raises(NotNow, match="has not agreed"):
            approved(deal, variation)
        variation = variation_as_read_by(deal.head, variation)
        agree_to_variation(variation, by=deal.head)
        with pytest.raises(NotNow, match="agreed to this variation already"):
            agree_to_variation(variation, by=deal.head)
        assert approved(deal, variation).state is S.APPROVED

    def test_refused_for_a_reason_or_withdrawn_nothing_changes(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        first = variation_as_read_by(deal.manager, proposed(agreement, deal.head))
        with pytest.raises(Invalid) as refused:
            refuse_variation(first, " ", by=deal.manager)
        assert refused.value.field == "note"
        refuse_variation(first, "The budget is spent.", by=deal.manager)
        second = withdraw_variation(proposed(agreement, deal.head), by=deal.head)
        assert (second.number, second.state) == (2, S.WITHDRAWN)
        assert len(fee_lines_of(as_read_by(deal.manager, agreement))) == 1


class TestWhoMayNot:
    @pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.FINANCE_OFFICER, Role.AUDITOR])
    def test_propose(self, session: scoped_session[Session], role: Role) -> None:
        deal, agreement = a_running_deal()
        with pytest.raises(NotPermitted):
            proposed(agreement, a_person(deal.borough, role))

    def test_decide(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        finance = a_person(deal.provider, Role.PROVIDER_FINANCE)
        ours, theirs = proposed(agreement, deal.manager), proposed(agreement, finance)
        for actor, verb, variation in (
            (deal.officer, approve_variation, theirs), (deal.head, approve_variation, theirs),
            (finance, agree_to_variation, ours), (deal.officer, withdraw_variation, theirs), (deal.head, withdraw_variation, ours),
            (deal.manager, approve_variation, ours),
        ):  # fmt: skip
            with pytest.raises(NotPermitted):
                verb(variation_as_read_by(actor, variation), by=actor)
        for actor, variation in ((deal.officer, theirs), (deal.head, theirs)):
            with pytest.raises(NotPermitted):
                refuse_variation(variation_as_read_by(actor, variation), "No.", by=actor)

    def test_strangers_see_nothing_and_the_hub_sees_it(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        proposed(agreement, deal.head)
        strangers = (
            a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
        )
        for actor, seen in [(stranger, 0) for stranger in strangers] + [(a_person(deal.hub, Role.HUB_ANALYST), 1)]:
            acting(actor)
            assert session.scalar(select(func.count(Variation.id))) == seen
            assert session.scalar(select(func.count(VariationChange.id))) == seen

    def test_a_provider_cannot_approve_past_the_verbs(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        variation = proposed(agreement, deal.head)
        approval = update(Variation).where(Variation.id == variation.id)
        with pytest.raises(Exception, match="row-level security"), db.session.begin_nested():
            session.execute(approval.values(state=S.APPROVED, decided_at=clock.now()))


class TestWhenItMayNot:
    def test_before_the_placement_started(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        with pytest.raises(NotNow):
            proposed(signed(deal), deal.head)

    def test_from_before_its_first_day_or_from_its_end_on(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        started, ends = agreement.starts_on, agreement.expected_end_on
        for on, sentence in (
            (started - timedelta(1), "The placement started on"),
            (ends, "The placement ends on"),
        ):
            with pytest.raises(Invalid, match=sentence) as refused:
                proposed(agreement, deal.head, on=on)
            assert refused.value.field == "effective_on"
        assert proposed(agreement, deal.head, on=started).number == 1

    @pytest.mark.parametrize(
        ("amount", "fine"), [("3779.99", False), ("3780.00", True), ("4620.00", True), ("4620.01", False)]
    )
    def test_a_rate_out_of_bounds_needs_a_reason(
        self, session: scoped_session[Session], amount: str, fine: bool
    ) -> None:
        deal, agreement = a_running_deal()
        if not fine:
            with pytest.raises(Invalid, match=r"less than 0\.9 or more than 1\.1") as refused:
                proposed(agreement, deal.head, at_rate(amount))
            assert refused.value.field == "override"
        override = "" if fine else "Agreed at panel."
        variation = proposed(agreement, deal.head, at_rate(amount), override=override)
        assert approved(deal, variation).state is S.APPROVED

    def test_bounds_are_judged_again_at_the_approval(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        up = proposed(agreement, deal.head, at_rate("4600.00"), on=clock.today())
        down = proposed(agreement, deal.head, at_rate("3800.00"), on=clock.today() - FOUR_WEEKS)
        up, down = approved(deal, down), up
        with pytest.raises(Invalid, match=r"less than 0\.9"):
            approved(deal, down)

    def test_what_makes_no_sense(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        on = clock.today()
        twice = a_new_fee(on, label="X"), a_new_fee(on, label="X")
        for changes, sentence in (
            ((at_rate("1.00", "Nothing"),), "is not paid on"), ((closing("Nothing"),), "is closed before"),
            ((at_rate("4200.00"),), "already"), (twice, "a fee of this kind and name"),
        ):  # fmt: skip
            with pytest.raises(Invalid, match=sentence):
                proposed(agreement, deal.head, *changes, on=on)

    def test_twice_stale_or_after_the_end(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        first, second = proposed(agreement, deal.head), proposed(agreement, deal.head, at_rate("4300.00"))
        variation = variation_as_read_by(deal.manager, first)
        with pytest.raises(Stale):
            approve_variation(variation, version=variation.version + 1, by=deal.manager)
        approve_variation(variation, by=deal.manager)
        with pytest.raises(NotNow):
            approve_variation(variation, by=deal.manager)
        agreement = as_read_by(deal.officer, agreement)
        end_placement(agreement, clock.today(), "CARPL", True, by=deal.officer)
        with pytest.raises(NotNow):
            approved(deal, second)


class TestWhatTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("column", "value"), [("reason", " "), ("agreed_at", None), ("decided_at", "now"), ("state", "refused")]
    )
    def test_a_variation_that_contradicts_itself(
        self, session: scoped_session[Session], column: str, value: object
    ) -> None:
        deal, agreement = a_running_deal()
        variation = variation_as_read_by(deal.manager, proposed(agreement, deal.head))
        change = update(Variation).where(Variation.id == variation.id)
        with pytest.raises(IntegrityError), db.session.begin_nested():
            session.execute(change.values({column: clock.now() if value == "now" else value}))

    def test_a_line_that_overlaps_one_added_meanwhile(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        on = clock.today()
        first, second = (proposed(agreement, deal.head, a_new_fee(on), on=on) for _ in range(2))
        approved(deal, first)
        with pytest.raises(Invalid, match="a fee of this kind and name"):
            approved(deal, second)


class TestWhatIsRecordedAndWhoIsTold:
    def test_the_trail_the_letters_and_your_work(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        variation = variation_as_read_by(deal.head, proposed(agreement, deal.officer))
        assert [item.group for item in variations_to_decide(deal.head)] == [Group.NOW]
        agree_to_variation(variation, by=deal.head)
        variation = variation_as_read_by(deal.manager, variation)
        assert [item.step for item in variations_to_decide(deal.manager)] == ["Decide on the variation"]
        approve_variation(variation, by=deal.manager)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.APPROVE_VARIATION)).one()
        assert event.after == {
            "variation": 1, "effective_on": str(clock.today() - FOUR_WEEKS), "weekly": "4410.00", "arrears": "840.00"
        }  # fmt: skip
        letters = session.scalars(select(Letter).where(Letter.act.contains("variation"))).all()
        assert {letter.act for letter in letters} == {Act.AGREE_TO_VARIATION, Act.APPROVE_VARIATION}
        assert any("owes £840.00" in letter.body for letter in letters)
        said = [letter.body for letter in letters]
        acting(deal.head)
        told = session.scalars(
            select(Letter).where(Letter.act.in_([Act.PROPOSE_VARIATION, Act.APPROVE_VARIATION]))
        ).all()
        assert len(told) == 2
        assert "Zephyrine" not in str(said + [letter.body for letter in told])

    def test_a_refusal_and_a_withdrawal(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        variation = variation_as_read_by(deal.head, proposed(agreement, deal.officer))
        refuse_variation(variation, "Too little.", by=deal.head)
        withdraw_variation(proposed(agreement, deal.officer), by=deal.officer)
        agreement = as_read_by(deal.head, agreement)
        letters = session.scalars(select(Letter.act).where(Letter.act.contains("variation"))).all()
        assert sorted(letters) == ["propose_variation", "propose_variation", "refuse_variation", "withdraw_variation"]
        acts = session.scalars(select(AuditEvent.act).where(AuditEvent.subject_id == agreement.id)).all()
        assert {"refuse_variation", "withdraw_variation"} <= set(acts)
