"""The pages of block contracts, and where else they stand: the register, Money, the child's agreement."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from contracts.block.block_contract import BlockContract, BlockKind
from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.roles import Role
from tests.contracts.test_pages import PASSWORD, give_password
from tests.contracts.varying.test_pages import boxes, text_of, version_in
from tests.makers.block import BEGAN, a_block, a_child_in, block_terms
from tests.makers.contracts import Deal, a_deal, a_draft
from tests.makers.standing import a_person, acting

ClientAs = Callable[[Actor], FlaskClient]


def typed_terms(deal: Deal, **facts: object) -> dict[str, object]:
    acting(deal.manager)
    begins = clock.today() - BEGAN
    days: dict[str, date] = {
        "starts_on": begins,
        "ends_on": begins + timedelta(730),
        "review_on": begins + timedelta(365),
    }
    typed: dict[str, object] = {
        "kind": "block", "title": "Two beds", "purpose": "No home nearby takes emergencies.", "place": block_terms(deal).place,
        "places": "2", "price": "3,500", "unit": "week",
    }  # fmt: skip
    return typed | {name: boxes(day) for name, day in days.items()} | facts


def confirm(client: FlaskClient, page: str, name: str) -> None:
    form = text_of(client, f"{page}/confirm")
    typed = {"read": "y", "typed_name": name, "version": version_in(form)}
    wrong = client.post(f"{page}/confirm", data=typed | {"password": "not the password"})
    assert "That is not your password" in wrong.text
    assert client.post(f"{page}/confirm", data=typed | {"password": PASSWORD}).status_code == 303


class TestTheWholeWay:
    def test_drafted_confirmed_by_both_and_ended(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        for actor in (deal.head, deal.manager):
            give_password(actor)
        typed = typed_terms(deal)
        manager, head = client_as(deal.manager), client_as(deal.head)
        assert "No block contracts" in text_of(manager, "/contracts/blocks")
        refused = manager.post(
            "/contracts/blocks/new", data=typed | {"price": "£lots", "purpose": "Words that are kept"}
        )
        assert refused.status_code == 422
        assert "Words that are kept" in refused.text
        drafted = manager.post("/contracts/blocks/new", data=typed)
        assert drafted.status_code == 303, drafted.text
        page = drafted.location
        assert "Two beds" in text_of(manager, f"{page}/change")
        text_of(head, page, 404)
        confirm(manager, page, "Mary Manager")
        confirm(head, page, "Bea Head")
        shown = text_of(head, page)
        assert "Running" in shown
        assert "£70,000.00" in shown
        assert manager.get(f"{page}/occupancy.csv").text.count("\n") == 71
        text_of(manager, f"{page}/change", 409)
        ends = manager.post(f"{page}/end", data={"ended_on": boxes(clock.today()), "reason": "Both agree."})
        assert ends.status_code == 303
        assert "Ended early" in text_of(head, page)
        text_of(head, f"{page}/end", 403)

    def test_withdrawn(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        manager = client_as(deal.manager)
        page = manager.post("/contracts/blocks/new", data=typed_terms(deal)).location
        text_of(manager, f"{page}/withdraw")
        assert manager.post(f"{page}/withdraw", data={"reason": "Not needed."}).status_code == 303
        assert "Withdrawn: Not needed." in text_of(manager, page)

    def test_a_provider_drafts_none(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        text_of(client_as(a_deal().head), "/contracts/blocks/new", 403)


class TestWhereElseItStands:
    def test_in_the_register_and_in_money(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal(starts_on=clock.today() - timedelta(28))
        contract = a_block(deal, kind=BlockKind.COST_AND_VOLUME, price_above=Decimal(3000))
        reference = contract.reference
        a_child_in(contract, deal, 28)
        finance = client_as(a_person(deal.borough, Role.FINANCE_OFFICER))
        for path in ("/contracts", "/contracts/blocks", "/money/accruals"):
            assert reference in text_of(finance, path), path
        for path in ("/money", "/money/forecast", "/reports"):
            text_of(finance, path)

    def test_a_draft_agreement_takes_a_place(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        contract = a_block(deal).reference
        agreement = a_draft(deal).reference
        officer, page = client_as(deal.officer), f"/placements/{agreement}"
        assert "Take a paid place" in text_of(officer, page)
        assert contract in text_of(officer, f"{page}/block-place")
        assert officer.post(f"{page}/block-place", data={}).status_code == 422
        assert officer.post(f"{page}/block-place", data={"contract": contract}).status_code == 303
        assert "Take a paid place" not in text_of(officer, page)
        assert agreement in text_of(officer, f"/contracts/blocks/{contract}")
        assert officer.get(f"{page}/draft.pdf").data.startswith(b"%PDF")

    @pytest.mark.parametrize("path", ["/contracts/blocks", "/contracts/blocks/{}"])
    def test_in_at_most_twelve_statements(
        self, session: scoped_session[Session], client_as: ClientAs, path: str
    ) -> None:
        deal = a_deal(starts_on=clock.today() - timedelta(28))
        a_child_in(a_block(deal), deal, 28)
        a_block(deal, title="Another")
        reference = db.session.scalars(select(BlockContract.reference)).first()
        client, statements = client_as(deal.officer), list[str]()

        def note(*args: object) -> None:
            statements.append(str(args[2]))

        engine = db.session.connection().engine
        event.listen(engine, "before_cursor_execute", note)
        text_of(client, path.format(reference))
        event.remove(engine, "before_cursor_execute", note)
        assert 3 < len(statements) <= 12, statements
