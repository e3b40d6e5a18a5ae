"""Giving notice and taking it back."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementState
from contracts.costs import stay_cost
from contracts.placing import end_placement
from contracts.queries import fee_lines_of
from contracts.varying.giving_notice import earliest_end, give_notice, withdraw_notice
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.acts import Act
from marketplace.roles import Role
from tests.makers.contracts import a_deal, as_read_by, signed
from tests.makers.standing import a_person, acting
from tests.makers.varying import a_running_deal

S = AgreementState


class TestItDoes:
    @pytest.mark.parametrize(("who", "side"), [("officer", "borough"), ("head", "provider")])
    def test_either_side_gives_the_notice_of_the_terms(
        self, session: scoped_session[Session], who: str, side: str
    ) -> None:
        deal, agreement = a_running_deal()
        by = getattr(deal, who)
        agreement = as_read_by(by, agreement)
        give_notice(agreement, earliest_end(agreement), "She goes home.", by=by)
        assert (agreement.state, agreement.notice_by) == (S.NOTICE, side)
        assert agreement.notice_ends_on == clock.today() + timedelta(agreement.notice_days)
        assert stay_cost(agreement, fee_lines_of(agreement)).ends_on == agreement.notice_ends_on
        withdraw_notice(agreement, by=by)
        assert (agreement.state, agreement.notice_ends_on, agreement.notice_by) == (S.ACTIVE, None, None)

    def test_a_place_under_notice_ends_like_any_other(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        give_notice(agreement, earliest_end(agreement), "A family is found.", by=deal.officer)
        end_placement(agreement, clock.today(), "CARPL", True, by=deal.officer)
        assert (agreement.state, agreement.ended_on) == (S.ENDED, clock.today())


class TestWhoMayNot:
    def test_neither_finance_nor_the_hub(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        people = (
            a_person(deal.provider, Role.PROVIDER_FINANCE), a_person(deal.borough, Role.FINANCE_OFFICER),
            a_person(deal.hub, Role.HUB_MANAGER)
        )  # fmt: skip
        for actor in people:
            agreement = as_read_by(actor, agreement)
            with pytest.raises(NotPermitted):
                give_notice(agreement, earliest_end(agreement), "No.", by=actor)

    def test_the_other_side_does_not_take_it_back(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        give_notice(agreement, earliest_end(agreement), "She goes home.", by=deal.officer)
        agreement = as_read_by(deal.head, agreement)
        with pytest.raises(NotPermitted, match="The other side gave notice"):
            withdraw_notice(agreement, by=deal.head)


class TestWhenItMayNot:
    def test_before_the_start_or_twice(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed(deal)
        with pytest.raises(NotNow):
            give_notice(agreement, earliest_end(agreement), "No.", by=deal.officer)
        with pytest.raises(NotNow):
            withdraw_notice(agreement, by=deal.officer)

    def test_too_short_or_without_a_reason(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        earliest = earliest_end(agreement)
        for ends_on, reason, field in ((earliest - timedelta(1), "Why.", "ends_on"), (earliest, " ", "reason")):
            with pytest.raises(Invalid) as refused:
                give_notice(agreement, ends_on, reason, by=deal.officer)
            assert refused.value.field == field


class TestWhatTheDatabaseRefuses:
    def test_notice_that_is_too_short_or_nobody_s(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        give_notice(agreement, earliest_end(agreement), "She goes home.", by=deal.officer)
        change = update(Agreement).where(Agreement.id == agreement.id)
        for wrong in (
            {"notice_ends_on": clock.today()},
            {"notice_by": None},
            {"state": S.ACTIVE},
            {"notice_by": "hub"},
        ):
            with pytest.raises(IntegrityError), db.session.begin_nested():
                session.execute(change.values(**wrong))


class TestWhatIsRecordedAndWhoIsTold:
    def test_both_sides_are_told_and_the_trail_has_it(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal()
        give_notice(agreement, earliest_end(agreement), "She goes home.", by=deal.officer)
        withdraw_notice(agreement, by=deal.officer)
        acts = {Act.GIVE_NOTICE, Act.WITHDRAW_NOTICE}
        events = session.scalars(select(AuditEvent).where(AuditEvent.act.in_(acts)).order_by(AuditEvent.sequence)).all()
        assert [event.after.get("reason") for event in events] == ["She goes home.", None]
        for actor in (deal.officer, deal.head):
            acting(actor)
            assert set(session.scalars(select(Letter.act).where(Letter.act.in_(acts)))) == acts
