"""Asking for an uplift: scopes, new rates, evidence, late and off-contract; one open request of a scope."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.change import Change
from contracts.uplift.covering import covered_lines
from contracts.uplift.opening_rounds import change_participation, open_round
from contracts.uplift.request import UpliftRequest
from contracts.uplift.requesting import Asked, Scope, request_uplift
from contracts.uplift.rule import CostPart
from foundation import clock
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import Invalid, NotPermitted
from foundation.quarters import FinancialYear
from foundation.tenancy import Fence
from marketplace.framework import FrameworkParticipant
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.uploads import Upload
from tests.makers.contracts import CORE, a_deal, a_placement
from tests.makers.standing import a_person, a_provider, acting, behind
from tests.makers.uplift import a_negotiation, a_request, asked, read_by, terms_of, two_boroughs

THERAPY = {"kind": "therapy", "label": "Therapy", "amount": Decimal("61.50"), "unit": "hour"}
NIGHTS = {"kind": "core", "label": "Sleeping nights", "amount": Decimal(90), "unit": "night"}


def a_rate(rate: str, unit: str | None = "week", fee_kind: str | None = "core") -> Asked:
    amount = Decimal(rate)
    return Asked(
        scope=Scope(fee_kind=fee_kind, unit=unit), change=Change(rate=amount, unit=unit), reasons="A new rate card."
    )


class TestItDoes:
    def test_a_new_rate_is_of_one_kind_of_fee_by_one_unit(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, NIGHTS, THERAPY))
        acting(deal.asker)
        request = request_uplift(deal.round, a_rate("4500"), by=deal.asker)
        assert request.asked.words == "£4,500.00 a week"
        request = read_by(deal.analyst, request)
        raised = agree_uplift(request, "Within the rule.", by=deal.analyst)
        assert {(row.live.line.label, row.agreed) for row in raised} == {(CORE["label"], Decimal("4500.00"))}

    def test_evidence_is_the_provider_s_and_the_hub_s(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        acting(deal.asker)
        sent = Asked(
            scope=Scope(),
            change=Change(Decimal(3)),
            reasons="Pay.",
            evidence=Upload("accounts.pdf", b"%PDF-1.4\n%%EOF\n"),
        )
        request_uplift(deal.round, sent, by=deal.asker)
        for reader, seen in ((deal.asker, 1), (deal.analyst, 1), (deal.payer, 0)):
            acting(reader)
            kept = session.scalars(select(StoredFile).where(StoredFile.name == "accounts.pdf")).all()
            assert len(kept) == seen

    def test_the_breakdown_adds_up_to_what_is_asked(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        acting(deal.asker)
        parts = {CostPart.LIVING_WAGE: Decimal("2.5"), CostPart.PREMISES: Decimal("0.4")}
        sent = Asked(scope=Scope(), change=Change(Decimal(3)), reasons="Pay.", parts=parts)
        with pytest.raises(Invalid, match=r"add up to 2\.9%, and you ask for 3%") as refused:
            request_uplift(deal.round, sent, by=deal.asker)
        assert refused.value.field == "percent"
        parts[CostPart.OTHER_PAY] = Decimal("0.1")
        assert request_uplift(deal.round, sent, by=deal.asker).parts == {
            "living_wage": "2.5", "premises": "0.4", "other_pay": "0.1"
        }  # fmt: skip

    def test_late_and_off_contract_are_taken_and_marked(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        acting(deal.analyst)
        shut = terms_of(deal.first, closes_on=clock.today() - timedelta(1))
        deal.round_id = open_round(shut, by=deal.analyst).id
        request = a_request(deal)
        assert (request.is_late, request.is_off_contract) == (True, False)
        stranger = a_person(a_provider("Hazel Ltd"), Role.PROVIDER_FINANCE)
        acting(stranger)
        assert request_uplift(deal.round, asked(), by=stranger).is_off_contract


class TestWhoMayNot:
    def test_neither_the_hub_nor_a_borough_nor_who_only_answers_referrals(
        self, session: scoped_session[Session]
    ) -> None:
        deal = a_negotiation()
        responder = a_person(deal.first.provider, Role.PROVIDER_RESPONDER)
        for actor in (deal.analyst, deal.payer, responder):
            acting(actor)
            with pytest.raises(NotPermitted):
                request_uplift(deal.round, asked(), by=actor)


class TestWhenItMayNot:
    def test_not_for_another_provider_s_agreement_or_setting(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        other = a_deal(
            starts_on=clock.today() - timedelta(30), hub=deal.first.hub, borough=deal.first.borough, lot=deal.first.lot,
            provider=a_provider("Hazel Ltd"),
        )  # fmt: skip
        theirs = a_placement(other)
        agreement_id, setting_id = theirs.id, theirs.setting_id
        acting(deal.asker)
        for scope in ({"agreement_id": agreement_id}, {"setting_id": setting_id}):
            with pytest.raises(Invalid, match="your own") as refused:
                request_uplift(deal.round, asked("3", **scope), by=deal.asker)
            assert refused.value.field == "about"
        assert session.scalar(select(func.count(UpliftRequest.id))) == 0

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            (a_rate("4500", fee_kind=None), "fee_kind"),
            (a_rate("4500", unit=None), "unit"),
            (a_rate("4500", fee_kind="discount"), "fee_kind"),
            (asked("101"), "percent"),
        ],
    )
    def test_what_cannot_be_meant(self, session: scoped_session[Session], sent: Asked, field: str) -> None:
        deal = a_negotiation()
        acting(deal.asker)
        with pytest.raises(Invalid) as refused:
            request_uplift(deal.round, sent, by=deal.asker)
        assert refused.value.field == field

    def test_no_round_without_participants(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        with behind(Fence(deal.first.hub.id, None, "hub")):
            for part in session.scalars(select(FrameworkParticipant)):
                part.left_on = clock.today()
        acting(deal.analyst)
        with pytest.raises(Invalid, match="No borough buys"):
            open_round(terms_of(deal.first), by=deal.analyst)

    def test_the_last_borough_is_not_left_out(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        acting(deal.analyst)
        first, second = (session.get_one(Organisation, one.borough.id) for one in (deal.first, deal.second))
        change_participation(deal.round, first, False, "It negotiates alone.", by=deal.analyst)
        with pytest.raises(Invalid, match="last borough"):
            change_participation(deal.round, second, False, "It too.", by=deal.analyst)

    def test_no_round_from_a_closed_year(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        acting(deal.analyst)
        last = FinancialYear.of(clock.today()).first_day - timedelta(1)
        with pytest.raises(Invalid, match="closed"):
            open_round(terms_of(deal.first, effective_on=last), by=deal.analyst)


class TestWhatTheDatabaseRefuses:
    def test_a_second_open_request_of_the_same_scope(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        a_request(deal)
        acting(deal.asker)
        with pytest.raises(IntegrityError, match="one_of_a_scope"):
            request_uplift(deal.round, asked("9"), by=deal.asker)
        assert covered_lines(a_request(deal, "9", fee_kind="core"), deal.round.effective_on)
        assert db.session.scalar(select(func.count(UpliftRequest.id))) == 2
