"""Block contracts: drafting, both sides' confirmations, withdrawing, ending early, and a child's taking a place."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from contracts.block.block_contract import BlockContract, BlockKind, BlockState
from contracts.block.confirming import agree_block, end_block, issue_block, terms_hash, withdraw_block
from contracts.block.drafting_blocks import change_block, draft_block
from contracts.block.taking_places import blocks_that_fit, take_block_place
from contracts.block.work_sources import blocks_of
from contracts.costs import stay_cost
from contracts.drawing_up import issue_agreement
from contracts.placing import end_placement
from contracts.queries import fee_lines_of
from contracts.staying.moving import move_placement
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from marketplace.acts import Act
from marketplace.roles import Role
from marketplace.work import Group
from tests.contracts.staying.test_moving import to
from tests.makers.block import a_block, a_child_in, a_draft_block, an_issued_block, block_as_read_by, block_terms
from tests.makers.contracts import CORE, a_deal, a_draft
from tests.makers.standing import a_borough, a_person, a_provider, a_setting, acting

S = BlockState
THERAPY = {"kind": "therapy", "label": "Speech therapy", "amount": Decimal(100), "unit": "week"}


class TestConfirming:
    def test_the_borough_first_then_the_provider(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        contract = an_issued_block(deal)
        assert (contract.state, contract.issued_by_name, contract.terms_sha256) == (
            S.ISSUED, deal.manager.name, terms_hash(contract),
        )  # fmt: skip
        agree_block(contract, "bea head", by=deal.head)
        assert (contract.state, contract.agreed_by_name, contract.is_paid) == (S.AGREED, deal.head.name, True)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.AGREE_BLOCK)).one()
        assert event.after == {"sha256": contract.terms_sha256}
        acting(deal.officer)
        told = session.scalars(select(Letter).where(Letter.act == Act.AGREE_BLOCK)).one()
        assert "2 places at Rowan House" in told.body

    def test_by_their_own_name_and_not_on_a_stale_page(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        contract = a_draft_block(deal)
        with pytest.raises(Invalid, match="Type your name"):
            issue_block(contract, "Somebody Else", by=deal.manager)
        with pytest.raises(Stale):
            issue_block(contract, deal.manager.name, version=contract.version + 1, by=deal.manager)

    def test_who_may_not(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        commissioner = a_person(deal.borough, Role.COMMISSIONER)
        contract = a_draft_block(deal)
        contract = block_as_read_by(commissioner, contract)
        change_block(contract, block_terms(deal, places=3), by=commissioner)
        with pytest.raises(NotPermitted):
            issue_block(contract, commissioner.name, by=commissioner)
        contract = block_as_read_by(deal.officer, contract)
        with pytest.raises(NotPermitted):
            change_block(contract, block_terms(deal), by=deal.officer)
        contract = issue_block(block_as_read_by(deal.manager, contract), deal.manager.name, by=deal.manager)
        with pytest.raises(NotPermitted):
            agree_block(contract, deal.manager.name, by=deal.manager)

    def test_when_it_may_not(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        contract = a_block(deal)
        contract = block_as_read_by(deal.manager, contract)
        for act in (
            lambda: change_block(contract, block_terms(deal), by=deal.manager),
            lambda: issue_block(contract, deal.manager.name, by=deal.manager),
            lambda: withdraw_block(contract, "No.", by=deal.manager),
        ):
            with pytest.raises(NotNow):
                act()

    def test_a_draft_is_the_borough_s_own_and_an_issued_one_no_stranger_s(
        self, session: scoped_session[Session]
    ) -> None:
        deal = a_deal()
        key = a_draft_block(deal).id
        acting(deal.head)
        assert session.scalars(select(BlockContract)).all() == []
        acting(deal.manager)
        contract = db.session.get_one(BlockContract, key)
        issue_block(contract, deal.manager.name, by=deal.manager)
        for stranger in (
            a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
        ):
            acting(stranger)
            assert session.scalars(select(BlockContract)).all() == []
        for party in (deal.head, a_person(deal.hub, Role.HUB_ANALYST)):
            acting(party)
            assert len(session.scalars(select(BlockContract)).all()) == 1

    def test_your_work_says_whose_turn_it_is(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        contract = a_draft_block(deal)
        assert [(item.group, item.step) for item in blocks_of(deal.manager)] == [(Group.NOW, "Confirm the contract")]
        issue_block(contract, deal.manager.name, by=deal.manager)
        assert [(item.group, item.step) for item in blocks_of(deal.manager)] == [
            (Group.OTHERS, "The provider confirms")
        ]
        acting(deal.head)
        assert [(item.group, item.step) for item in blocks_of(deal.head)] == [(Group.NOW, "Confirm the contract")]

    def test_a_review_and_an_evaluation_come_up(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        soon = clock.today() + timedelta(10)
        a_block(deal, kind=BlockKind.PILOT, evaluation_on=soon)
        acting(deal.manager)
        assert [item.step for item in blocks_of(deal.manager)] == ["Judge the pilot by its occupancy and cost"]


class TestBadInput:
    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"title": " "}, "title"),
            ({"purpose": ""}, "purpose"),
            ({"place": "ADM-1/SET-1"}, "place"),
            ({"places": 0}, "places"),
            ({"price": Decimal(0)}, "price"),
            ({"kind": BlockKind.COST_AND_VOLUME}, "price_above"),
            ({"price_above": Decimal(1)}, "price_above"),
            ({"most_places": 3}, "most_places"),
            ({"kind": BlockKind.COST_AND_VOLUME, "price_above": Decimal(1), "most_places": 2}, "most_places"),
            ({"ends_on": clock.date(2020, 1, 1)}, "ends_on"),
            ({"review_on": clock.date(2020, 1, 1)}, "review_on"),
            ({"kind": BlockKind.PILOT}, "evaluation_on"),
            ({"kind": BlockKind.PILOT, "evaluation_on": clock.date(2020, 1, 1)}, "evaluation_on"),
            ({"evaluation_on": clock.date(2027, 1, 1)}, "evaluation_on"),
        ],
    )
    def test_is_refused_next_to_its_field(
        self, session: scoped_session[Session], facts: dict[str, object], field: str
    ) -> None:
        deal = a_deal()
        acting(deal.manager)
        with pytest.raises(Invalid) as refused:
            draft_block(block_terms(deal, **facts), by=deal.manager)
        assert refused.value.field == field

    def test_a_borough_outside_the_framework_buys_nothing_in_it(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        outsider = a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.COMMISSIONER)
        acting(outsider)
        with pytest.raises(Invalid, match="admitted to a lot of yours"):
            draft_block(block_terms(deal), by=outsider)


class TestEnding:
    def test_early_and_what_was_paid_stays(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        contract = block_as_read_by(deal.manager, a_block(deal))
        today = clock.today()
        for on, reason, field in (
            (today - timedelta(1), "Agreed.", "ended_on"),
            (contract.ends_on, "Agreed.", "ended_on"),
            (today, " ", "reason"),
        ):
            with pytest.raises(Invalid) as refused:
                end_block(contract, on, reason, by=deal.manager)
            assert refused.value.field == field
        end_block(contract, today, "Both agree.", by=deal.manager)
        assert (contract.state, contract.paid_until) == (S.ENDED, today)

    def test_withdrawn_before_it_is_agreed(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        contract = block_as_read_by(deal.manager, an_issued_block(deal))
        with pytest.raises(Invalid):
            withdraw_block(contract, "", by=deal.manager)
        withdraw_block(contract, "The need has passed.", by=deal.manager)
        assert contract.state is S.WITHDRAWN
        acting(deal.head)
        assert session.scalars(select(Letter).where(Letter.act == Act.WITHDRAW_BLOCK)).one()


class TestTakingAPlace:
    def test_the_block_alone_pays_where_the_child_moves_in_earlier(self, session: scoped_session[Session]) -> None:
        deal = a_deal(starts_on=clock.today() - timedelta(20), fees=(CORE, THERAPY))
        contract = a_block(deal)
        signed_for = a_child_in(contract, deal, 20, moved_in=28)
        cost = stay_cost(signed_for, fee_lines_of(signed_for))
        assert [line.label for line in cost.lines] == ["Speech therapy"]

    def test_the_core_fee_closes_and_other_fees_stay(self, session: scoped_session[Session]) -> None:
        deal = a_deal(starts_on=clock.today() - timedelta(28), fees=(CORE, THERAPY))
        contract = a_block(deal)
        key = contract.id
        agreement = a_child_in(contract, deal, 28)
        assert (agreement.bought_by, agreement.block_contract_id) == ("block", key)
        cost = stay_cost(agreement, fee_lines_of(agreement))
        assert [line.label for line in cost.lines] == ["Speech therapy"]
        assert cost.weekly == Decimal("100.00")

    def test_of_a_contract_at_its_setting_that_runs_and_has_room(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        key = a_block(deal, places=1).id
        agreement = a_draft(deal)
        contract = db.session.get_one(BlockContract, key)
        assert blocks_that_fit(agreement) == [contract]
        take_block_place(agreement, contract, by=deal.officer)
        with pytest.raises(Invalid, match="already"):
            take_block_place(agreement, contract, by=deal.officer)
        key = contract.id
        second = a_deal(
            name="Testham",
            hub=deal.hub,
            provider=deal.provider,
            lot=deal.lot,
            setting=deal.setting,
            borough=deal.borough,
        )
        later = a_draft(second)
        assert blocks_that_fit(later) == []
        with pytest.raises(Invalid, match="1 place, and all are taken"):
            take_block_place(later, db.session.get_one(BlockContract, key), by=second.officer)

    def test_not_elsewhere_not_before_it_runs_and_not_once_issued(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        other = a_setting(deal.provider, deal.lot, "Elm Lodge")
        acting(deal.manager)
        admission = block_terms(deal).place.split("/")[0]
        elsewhere = a_block(deal, place=f"{admission}/{other.reference}").id
        begins = clock.today() + timedelta(7)
        later = a_block(deal, starts_on=begins, review_on=begins + timedelta(30)).id
        agreement = a_draft(deal)
        for key, sentence in ((elsewhere, "buys places elsewhere"), (later, "The contract runs from")):
            with pytest.raises(Invalid, match=sentence):
                take_block_place(agreement, db.session.get_one(BlockContract, key), by=deal.officer)
        own = agreement.id
        drafted = a_draft_block(deal).id
        acting(deal.officer)
        agreement = db.session.get_one(Agreement, own)
        with pytest.raises(NotNow):
            take_block_place(agreement, db.session.get_one(BlockContract, drafted), by=deal.officer)
        issue_agreement(agreement, by=deal.officer)
        with pytest.raises(NotNow):
            take_block_place(agreement, db.session.get_one(BlockContract, later), by=deal.officer)

    def test_it_does_not_move_to_another_setting_but_ends(self, session: scoped_session[Session]) -> None:
        deal = a_deal(starts_on=clock.today() - timedelta(28))
        other = a_setting(deal.provider, deal.lot, "Elm Lodge")
        agreement = a_child_in(a_block(deal), deal, 28)
        with pytest.raises(NotNow, match="paid place"):
            move_placement(agreement, to(other, 3), by=deal.officer)
        end_placement(agreement, clock.today(), "CARPL", True, by=deal.officer)


class TestWhatTheDatabaseRefuses:
    def test_contradictions(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        contract = block_as_read_by(deal.manager, a_block(deal))
        change = update(BlockContract).where(BlockContract.id == contract.id)
        for wrong in (
            {"places": 0}, {"price": Decimal(0)}, {"ends_on": contract.starts_on}, {"price_above": Decimal(1)},
            {"evaluation_on": contract.ends_on}, {"agreed_at": None}, {"purpose": " "}, {"unit": "term"}, {"terms_sha256": None},
            {"ended_on": contract.starts_on + timedelta(1)},
        ):  # fmt: skip
            with pytest.raises(IntegrityError), db.session.begin_nested():
                session.execute(change.values(**wrong))
