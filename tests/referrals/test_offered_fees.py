"""Fees as offers say them: by the term, in term time, in named weeks, with VAT."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from foundation.database import db
from foundation.permission import Invalid
from marketplace.entering_terms import TypedTerm, enter_terms
from marketplace.fee_line import Calendar, FeeKind, Unit
from marketplace.roles import Role
from marketplace.setting import Setting
from referrals.offer import Offer, OfferFeeLine
from referrals.offer_list import in_full
from referrals.offer_terms import Fee
from referrals.receipt import receipt_text
from tests.conftest import ClientAs
from tests.makers.answers import a_colleague_at, a_responder, an_offer, here, invited
from tests.makers.standing import acting
from tests.referrals.published import Market
from tests.referrals.test_answering_pages import typed

AUTUMN_2026 = (date(2026, 9, 3), date(2026, 12, 18))
TERMS = (
    TypedTerm(0, "Autumn term", *AUTUMN_2026),
    TypedTerm(1, "Spring term", date(2027, 1, 5), date(2027, 3, 25)),
    TypedTerm(2, "Summer term", date(2027, 4, 13), date(2027, 7, 21)),
)
CORE = Fee(kind=FeeKind.CORE, label="Core fee", amount=Decimal(4200), unit=Unit.WEEK)
EDUCATION: dict[str, Any] = {"kind": FeeKind.EDUCATION, "label": "School", "amount": Decimal(10000), "unit": Unit.TERM}


@pytest.fixture(autouse=True)
def november(market: Market, move_clock: Callable[[datetime], None]) -> None:
    move_clock(datetime(2026, 11, 23, 9, tzinfo=UTC))


def terms_of_2026(setting: Setting) -> None:
    acting(manager := a_colleague_at(setting.provider_id, Role.PROVIDER_MANAGER))
    enter_terms(here(setting), 2026, TERMS, by=manager)


def offered(market: Market, *fees: Fee) -> list[OfferFeeLine]:
    referral = invited(market.referral, market.rowan)
    an_offer(referral, market.rowan, fees=fees, starts_on=date(2027, 1, 5), valid_until=date(2027, 1, 31))
    return list(db.session.scalars(select(OfferFeeLine).order_by(OfferFeeLine.position)).all())


def offer_of(line: OfferFeeLine) -> Offer:
    return db.session.get_one(Offer, line.offer_id)


class TestTerms:
    @pytest.mark.parametrize(
        ("how", "field"),
        [({}, "fee_1_unit"), ({"unit": Unit.DAY, "calendar": Calendar.TERM_TIME}, "fee_1_calendar")],
    )
    def test_a_fee_that_follows_terms_needs_them(self, market: Market, how: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid, match="needs the school’s term dates") as refused:
            offered(market, CORE, Fee(**(EDUCATION | how)))
        assert refused.value.field == field

    def test_a_termly_fee_is_reckoned_by_the_settings_own_terms(self, market: Market) -> None:
        terms_of_2026(market.rowan)
        line = offered(market, Fee(**EDUCATION))[0]
        full = in_full(offer_of(line))
        # spring and summer as entered; the autumn of 2027 as that of 2026, 52 weeks later
        assert full.totals.whole_stay == Decimal("30000.00")
        assert full.totals.terms_assumed
        assert full.totals.lines[0].arithmetic == "£10,000.00 × 3 terms = £30,000.00"

    def test_named_weeks_are_charged_and_kept(self, market: Market) -> None:
        weeks = (date(2027, 7, 26), date(2027, 8, 2))
        respite = Fee(
            kind=FeeKind.STAFFING, label="Holiday care", amount=Decimal(900), unit=Unit.WEEK,
            calendar=Calendar.NAMED_WEEKS, weeks=weeks,
        )  # fmt: skip
        line = offered(market, CORE, respite)[1]
        assert tuple(line.weeks) == weeks
        assert in_full(offer_of(line)).totals.lines[1].arithmetic == "£900.00 × 2 weeks in the named weeks = £1,800.00"


class TestVat:
    def test_is_shown_beside_the_price_and_never_in_it(self, market: Market) -> None:
        line = offered(market, Fee(**(vars(CORE) | {"vat_rate": Decimal(20), "vat_recoverable": False})))[0]
        totals = in_full(offer_of(line)).totals
        assert totals.whole_stay == Decimal("218400.00")
        assert totals.whole_charge.gross == totals.whole_charge.borne == Decimal("262080.00")
        assert totals.lines[0].vat_arithmetic == "20% VAT, £43,680.00, which the borough cannot recover"

    def test_stands_in_the_receipt_only_where_it_is_charged(self, market: Market) -> None:
        lines = offered(market, CORE, Fee(**(EDUCATION | {"unit": Unit.WEEK, "vat_rate": Decimal(20)})))
        said = receipt_text(offer_of(lines[0]), [], lines)
        assert said.count('"vat_rate":"20.00"') == said.count("vat_rate") == 1


class TestTheForm:
    def test_carries_every_part_of_a_line(self, market: Market, client_as: ClientAs) -> None:
        terms_of_2026(market.rowan)
        invited(market.referral, market.rowan)
        client = client_as(responder := a_responder(market.rowan))
        said = typed(market) | {
            "fee_0_calendar": "named_weeks", "fee_0_weeks": "4/1/2027, 11/1/2027", "fee_1_calendar": "term_time",
            "fee_1_vat": "20", "fee_1_recoverable": "no",
        }  # fmt: skip
        assert client.post(f"/inbox/{market.referral.reference}/offer", data=said).status_code == 303
        acting(responder)
        first, second = db.session.scalars(select(OfferFeeLine).order_by(OfferFeeLine.position)).all()
        assert first.weeks == [date(2027, 1, 4), date(2027, 1, 11)]
        assert (second.calendar, second.vat_rate, second.vat_recoverable) == ("term_time", Decimal(20), False)

    @pytest.mark.parametrize(
        ("changed", "said", "field"),
        [
            ({"fee_0_calendar": "term_time"}, "needs the school’s term dates", "fee_0_calendar"),
            ({"fee_0_unit": "term"}, "needs the school’s term dates", "fee_0_unit"),
            ({"fee_0_calendar": "named_weeks"}, "name the weeks in which the fee is charged", "fee_0_weeks"),
            ({"fee_0_calendar": "named_weeks", "fee_0_weeks": "July"}, "“July” is not a day", "fee_0_weeks"),
            (
                {"fee_0_calendar": "named_weeks", "fee_0_weeks": "5/7/2027, 8/7/2027"},
                "named weeks overlap",
                "fee_0_weeks",
            ),
            ({"fee_0_weeks": "5/7/2027"}, "weeks are named only for", "fee_0_calendar"),
            (
                {"fee_0_unit": "year", "fee_0_calendar": "term_time"},
                "a yearly fee is charged all year",
                "fee_0_calendar",
            ),
            ({"fee_0_vat": "120"}, "Enter a percentage from 0 to 100", "fee_0_vat"),
            ({"fee_0_vat": "a fifth"}, "is not a percentage", "fee_0_vat"),
        ],
    )
    def test_says_next_to_the_field_what_cannot_be_meant(
        self, market: Market, client_as: ClientAs, changed: dict[str, str], said: str, field: str
    ) -> None:
        invited(market.referral, market.rowan)
        client = client_as(a_responder(market.rowan))
        refused = client.post(f"/inbox/{market.referral.reference}/offer", data=typed(market, **changed))
        assert refused.status_code == 422
        assert said in refused.text
        assert f'href="#{field}"' in refused.text
