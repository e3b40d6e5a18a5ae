"""What an invented provider offers: the setting's own rates, answers as careful as the provider is, outcomes from the list."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from demo.partnership import DemoSetting
from demo.saying import say, texts
from foundation.money import to_penny
from marketplace.fee_line import FeeKind, Unit
from marketplace.setting import Level
from referrals.offer_terms import Fee, NeedAnswer, OfferTerms, ProposedOutcome

#: per cent on the fees of independent schools, since January 2025
VAT = Decimal(20)


def terms_of_offer(
    setting: DemoSetting,
    lot: str,
    needs: list[str],
    criteria: list[uuid.UUID],
    starts_on: date,
    skill: float,
    rng: Random,
) -> OfferTerms:
    """Typed terms for one referral."""
    strong = rng.random() < skill
    return OfferTerms(
        setting_id=setting.id,
        starts_on=starts_on,
        valid_until=starts_on + timedelta(days=28),
        approach=say("approach", rng),
        impact=say("impact", rng),
        needs=tuple(_need(need, setting, rng) for need in needs),
        criterion_answers={key: say("criterion_strong" if strong else "criterion_fair", rng) for key in criteria},
        outcomes=_outcomes(lot, rng),
        fees=_fees(setting, lot, rng),
    )


def _need(need: str, setting: DemoSetting, rng: Random) -> NeedAnswer:
    fully = need in setting.needs or rng.random() < 0.4
    level = Level.FULL if fully else Level.PART
    return NeedAnswer(need=need, level=level, evidence=say("need_evidence" if fully else "part_evidence", rng))


def _outcomes(lot: str, rng: Random) -> tuple[ProposedOutcome, ...]:
    listed = texts()["outcomes"]["send" if lot == "special_school" else "lac"]
    return tuple(ProposedOutcome(**each) for each in rng.sample(listed, 3))


def _fees(setting: DemoSetting, lot: str, rng: Random) -> tuple[Fee, ...]:
    """The core fee within three per cent of the rate card, and the extras that the lot prices."""
    core = to_penny(Decimal(setting.core_amount) * Decimal(rng.randint(97, 103)) / 100)
    if lot == "special_school":
        return _school_fee(setting, core), *_sometimes(
            0.4, Fee(kind=FeeKind.TRANSPORT, label="School transport", amount=Decimal(285), unit=Unit.WEEK), rng
        )
    main = Fee(kind=FeeKind.CORE, label="Core fee", amount=core, unit=Unit.WEEK)
    if lot == "fostering":
        return main, *_sometimes(
            0.5, Fee(kind=FeeKind.SETTLING_IN, label="Settling in", amount=Decimal(450), unit=Unit.ONCE), rng
        )
    therapy = Fee(
        kind=FeeKind.THERAPY,
        label="Therapy beyond the core offer",
        amount=Decimal(82),
        unit=Unit.HOUR,
        quantity=Decimal(2),
    )
    return main, *_sometimes(0.35, therapy, rng)


def _school_fee(setting: DemoSetting, core: Decimal) -> Fee:
    """A year's fee, or with one school in three a third of it for each term; VAT stands on it, which a borough recovers."""
    by_term = setting.core_amount // 10 % 3 == 0
    amount, unit = (to_penny(core / 3), Unit.TERM) if by_term else (core, Unit.YEAR)
    label = "School fee, by the term" if by_term else "Annual school fee"
    return Fee(kind=FeeKind.EDUCATION, label=label, amount=amount, unit=unit, vat_rate=VAT)


def _sometimes(chance: float, fee: Fee, rng: Random) -> tuple[Fee, ...]:
    return (fee,) if rng.random() < chance else ()
