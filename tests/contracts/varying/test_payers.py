"""Variations of who pays, and of fees by every unit and calendar, with VAT."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from contracts.costs import reckoned
from contracts.queries import fee_lines_of
from contracts.varying.approving import approve_variation
from contracts.varying.proposing import agree_to_variation
from contracts.varying.variation import Change, FeeChange, Variation, VariationChange
from foundation import clock
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid
from foundation.tenancy import SYSTEM_FENCE
from marketplace.costing import Charge, charge
from marketplace.entering_terms import TypedTerm, enter_terms
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.payer_shares import EDUCATION_PAYS, PayerShares
from marketplace.setting import Setting
from marketplace.terms_of_year import academic_year_of
from tests.conftest import ClientAs
from tests.makers.contracts import Deal, as_read_by
from tests.makers.standing import acting, behind
from tests.makers.varying import CORE_LABEL, a_new_fee, a_running_deal, at_rate, proposed, variation_as_read_by

Sessions = scoped_session[Session]
HALVES = PayerShares(Decimal(50), Decimal(50), Decimal(0))
FOUR_WEEKS = timedelta(28)


def other_payers(shares: PayerShares = HALVES, label: str = CORE_LABEL) -> FeeChange:
    return FeeChange(change=Change.PAYERS, kind=FeeKind.CORE, label=label, payers=shares)


def approved(deal: Deal, variation: Variation) -> Variation:
    """Agreed by the provider where it is asked, and approved by the manager, who acts."""
    if variation.agreed_at is None:
        agree_to_variation(variation_as_read_by(deal.head, variation), by=deal.head)
    return approve_variation(variation_as_read_by(deal.manager, variation), by=deal.manager)


def as_setting(deal: Deal) -> Setting:
    """The deal's setting as its manager reads it, who acts from here on."""
    key = inspect(deal.setting).identity
    acting(deal.head)
    return db.session.get_one(Setting, key)


def stay(agreement: Agreement, days: int = 364) -> Charge:
    lines = reckoned(fee_lines_of(agreement))
    return charge(lines, agreement.starts_on, agreement.starts_on + timedelta(days))


class TestPayers:
    def test_from_the_day_on_others_pay_and_no_penny_of_the_fee_moves(self, session: Sessions) -> None:
        deal, agreement = a_running_deal()
        before = stay(agreement, 84)
        approved(deal, proposed(agreement, deal.officer, other_payers()))
        agreement = as_read_by(deal.officer, agreement)
        after = stay(agreement, 84)
        assert (after.net, after.borne) == (before.net, before.borne)
        assert (after.social_care, after.education) == (Decimal(33600), Decimal(16800))
        assert len(fee_lines_of(agreement)) == 1

    def test_the_provider_is_not_asked(self, session: Sessions) -> None:
        deal, agreement = a_running_deal()
        with behind(SYSTEM_FENCE):
            before = len(session.scalars(select(Letter)).all())
        variation = proposed(agreement, deal.officer, other_payers())
        assert variation.agreed_at is not None
        assert variation.agreed_by_name is None
        with behind(SYSTEM_FENCE):
            assert len(session.scalars(select(Letter)).all()) == before

    def test_with_a_new_rate_beside_them_it_is(self, session: Sessions) -> None:
        deal, agreement = a_running_deal()
        variation = proposed(agreement, deal.officer, other_payers(), a_new_fee(clock.today() - FOUR_WEEKS))
        assert variation.agreed_at is None

    def test_the_provider_does_not_propose_them(self, session: Sessions) -> None:
        deal, agreement = a_running_deal()
        with pytest.raises(Invalid, match="for the borough to say"):
            proposed(agreement, deal.head, other_payers())

    def test_the_same_payers_again_are_no_change(self, session: Sessions) -> None:
        deal, agreement = a_running_deal()
        with pytest.raises(Invalid, match="in these shares already"):
            proposed(agreement, deal.officer, other_payers(PayerShares()))

    @pytest.mark.slow
    def test_in_whatever_order_rates_and_payers_are_agreed_it_comes_to_the_same(self, session: Sessions) -> None:
        """Through the database: a rate, two changes of payers and a new fee, each from a day of its own, in eight orders."""
        today = clock.today()
        changes = (
            (at_rate("4410.00"), today - timedelta(40)),
            (other_payers(), today - timedelta(30)),
            (other_payers(EDUCATION_PAYS), today - timedelta(10)),
            (a_new_fee(today - timedelta(20)), today - timedelta(20)),
        )
        found: set[Charge] = set()
        for order in list(permutations(changes))[::3]:
            deal, agreement = a_running_deal(name=f"Order{len(found)}{order[0][1]:%d}{order[1][1]:%d}{order[2][1]:%d}")
            for change, on in order:
                approved(deal, proposed(agreement, deal.officer, change, on=on))
            found.add(stay(as_read_by(deal.officer, agreement)))
        assert len(found) == 1


class TestNewFees:
    def test_a_term_time_fee_needs_the_terms_and_is_reckoned_by_them(self, session: Sessions) -> None:
        deal, agreement = a_running_deal()
        on = clock.today() - FOUR_WEEKS
        line = FeeLine(
            kind=FeeKind.EDUCATION, label="Tuition", amount=Decimal(70), unit=Unit.DAY, starts=on, calendar=Calendar.TERM_TIME,
            vat_rate=Decimal(20), vat_recoverable=False, shares=EDUCATION_PAYS,
        )  # fmt: skip
        tuition = FeeChange(change=Change.ADD, kind=line.kind, label=line.label, new=line)
        with pytest.raises(Invalid, match="needs the school’s term dates") as refused:
            proposed(agreement, deal.officer, tuition, on=on)
        assert refused.value.field == "new_calendar"
        self.enter(deal, on)
        before = stay(as_read_by(deal.officer, agreement), 84)
        approved(deal, proposed(agreement, deal.officer, tuition, on=on))
        after = stay(as_read_by(deal.officer, agreement), 84)
        assert after.net - before.net == 14 * 70
        assert after.education == after.borne - before.borne == Decimal("1176.00")

    def enter(self, deal: Deal, on: date) -> None:
        """Two weeks of term from that day."""
        setting = as_setting(deal)
        enter_terms(setting, academic_year_of(on), (TypedTerm(0, "Autumn term", on, on + timedelta(13)),), by=deal.head)

    def test_every_part_of_it_is_kept_with_the_proposal(self, session: Sessions) -> None:
        deal, agreement = a_running_deal()
        on = clock.today() - FOUR_WEEKS
        weeks = (on, on + timedelta(7))
        fee = a_new_fee(on, calendar=Calendar.NAMED_WEEKS, weeks=weeks, vat_rate=Decimal(20), shares=HALVES)
        variation = proposed(agreement, deal.officer, fee, on=on)
        kept = session.scalars(select(VariationChange)).one()
        assert (kept.calendar, tuple(kept.weeks), kept.vat_rate, kept.payers) == (
            "named_weeks",
            weeks,
            Decimal(20),
            HALVES,
        )
        approved(deal, variation)
        line = next(line for line in reckoned(fee_lines_of(as_read_by(deal.officer, agreement))) if line.weeks)
        assert (line.weeks, line.vat_rate, line.shares) == (weeks, Decimal(20), HALVES)


class TestPage:
    def typed(self, **changed: object) -> dict[str, object]:
        on = clock.today()
        return {
            "effective_on": [str(on.day), str(on.month), str(on.year)], "reason": "Health pays its part.",
            "fees-0-fee": f"core|{CORE_LABEL}", "new_unit": "week",
        } | changed  # fmt: skip

    def test_payers_are_proposed_and_shown(self, session: Sessions, client_as: ClientAs) -> None:
        deal, agreement = a_running_deal()
        at = f"/placements/{agreement.reference}/variations"
        desk = client_as(deal.officer)
        shares = {"fees-0-payers-social_care": "50", "fees-0-payers-education": "50", "fees-0-payers-health": ""}
        answer = desk.post(f"{at}/new", data=self.typed(**shares))
        assert answer.status_code == 303
        assert (
            "Paid by 50% social care, 50% education, until then by 100% social care" in desk.get(answer.location).text
        )

    @pytest.mark.parametrize(
        ("changed", "said", "field"),
        [
            ({"fees-0-payers-social_care": "50", "fees-0-payers-health": "49"}, "The shares total 99%", "fees-0-payers-social_care"),
            (
                {"fees-0-payers-social_care": "50", "fees-0-payers-health": "50", "fees-0-amount": "4300"},
                "in a variation of its own", "fees-0-payers-social_care",
            ),
            ({"new_calendar": "named_weeks"}, "name the weeks", "new_weeks"),
            ({"new_unit": "year", "new_calendar": "term_time"}, "a yearly fee is charged all year", "new_calendar"),
            ({"new_unit": "term"}, "needs the school’s term dates", "new_calendar"),
            ({"new_vat_rate": "101"}, "Enter a percentage from 0 to 100", "new_vat_rate"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_said_next_to_its_field(
        self, session: Sessions, client_as: ClientAs, changed: dict[str, str], said: str, field: str
    ) -> None:
        deal, agreement = a_running_deal()
        new = (
            {"new_kind": "education", "new_label": "Tuition", "new_amount": "100"}
            if "fees-0-payers-social_care" not in changed
            else {}
        )
        at, typed = f"/placements/{agreement.reference}/variations/new", self.typed(**new, **changed)
        answer = client_as(deal.officer).post(at, data=typed)
        assert answer.status_code == 422
        assert said in answer.text
        assert f'href="#{field}"' in answer.text
