"""Absences and the retainer rule of the terms."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from contracts.costs import reckoned
from contracts.placing import end_placement
from contracts.queries import fee_lines_of
from contracts.varying.absence import Absence, AbsenceState
from contracts.varying.absences import confirm_absence, record_absence, refuse_absence
from contracts.varying.retainers import PAID_IN_FULL, reductions, retainer_of
from contracts.varying.work_sources import absences_to_confirm
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from foundation.tenancy import Fence
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.costing import charge, cost
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.framework import TermsVersion
from marketplace.payer_shares import EDUCATION_PAYS
from marketplace.roles import Role
from tests.contracts.varying.test_pages import boxes, text_of, version_in
from tests.makers.contracts import Deal, a_deal, a_placement, as_read_by, signed
from tests.makers.standing import a_borough, a_person, a_provider, acting, behind
from tests.makers.varying import STARTED

ClientAs = Callable[[Actor], FlaskClient]
S = AbsenceState
RULE = {
    "heading": "Absence",
    "text": "From day 15 75 per cent is paid.",
    "retainer_percent": 75,
    "retainer_from_day": 15,
}
NIGHTS = 21


def a_home(rule: dict[str, object] | None = RULE) -> tuple[Deal, Agreement]:
    """A placement that started eight weeks ago under terms with that clause; the officer acts."""
    deal = a_deal(starts_on=clock.today() - STARTED)
    if rule is not None:
        with behind(Fence(deal.hub.id, None, "hub")):
            since = clock.today() - STARTED
            db.session.add(
                TermsVersion(framework_id=deal.lot.framework_id, number=2, applies_from=since, clauses=[rule])
            )
    return deal, a_placement(deal)


def away(agreement: Agreement, by: Actor, nights: int = NIGHTS) -> Absence:
    """Nights away from six weeks ago, recorded by that person, who acts from here on."""
    first = clock.today() - timedelta(42)
    return record_absence(as_read_by(by, agreement), first, first + timedelta(nights), "hospital", by=by)


def absence_as_read_by(actor: Actor) -> Absence:
    """The one absence, as the actor reads it, who acts from here on."""
    acting(actor)
    return db.session.scalars(select(Absence)).one()


class TestItDoes:
    def test_the_retainer_is_paid_from_its_day_on(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_home()
        starts, today = agreement.starts_on, clock.today()
        away(agreement, deal.head)
        absence = confirm_absence(absence_as_read_by(deal.officer), by=deal.officer)
        lines = fee_lines_of(session.get_one(Agreement, absence.agreement_id))
        assert (absence.state, absence.reduction) == (S.CONFIRMED, Decimal("1050.00"))
        assert [(line.kind, line.amount) for line in lines] == [("core", Decimal(4200)), ("discount", Decimal(1050))]
        assert cost(reckoned(lines), starts, today) == Decimal(4200 * 8 - 1050)

    def test_the_discount_is_charged_as_the_fee_is(self) -> None:
        """With its VAT, its payers and its named weeks: what is not paid is not paid by the same people."""
        weeks = (date(2026, 11, 2), date(2026, 11, 9))
        fee = FeeLine(
            kind=FeeKind.CORE, label="Care", amount=Decimal(4200), unit=Unit.WEEK, starts=date(2026, 11, 1), vat_rate=Decimal(20),
            calendar=Calendar.NAMED_WEEKS, weeks=weeks, vat_recoverable=False, shares=EDUCATION_PAYS,
        )  # fmt: skip
        absence = Absence(
            number=1, away_from=weeks[0], back_on=weeks[1], retainer_percent=75, retainer_from_day=1
        )  # fmt: skip
        (discount,) = reductions(absence, [fee])
        taken = charge([discount], fee.starts, date(2026, 12, 1))
        assert (taken.net, taken.gross, taken.education) == (Decimal(-1050), Decimal(-1260), Decimal(-1260))

    def test_short_absences_and_terms_without_a_rule_take_nothing_off(self, session: scoped_session[Session]) -> None:
        for rule, nights in ((RULE, 14), (None, NIGHTS)):
            deal, agreement = a_home(rule)
            away(agreement, deal.head, nights)
            absence = confirm_absence(absence_as_read_by(deal.officer), by=deal.officer)
            assert absence.reduction == Decimal(0)
            assert len(fee_lines_of(session.get_one(Agreement, absence.agreement_id))) == 1

    def test_a_refused_one_may_be_recorded_anew(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_home()
        away(agreement, deal.head)
        refuse_absence(absence_as_read_by(deal.officer), "She was back on Monday.", by=deal.officer)
        assert away(agreement, deal.head).number == 2

    def test_terms_say_the_rule_as_data(self) -> None:
        assert retainer_of(TermsVersion(clauses=[{"heading": "Notice"}])) == PAID_IN_FULL
        rule = retainer_of(TermsVersion(clauses=[{"retainer_percent": 50}]))
        assert (rule.percent, rule.from_day) == (50, 1)


class TestWhoMayNot:
    def test_record_or_decide(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_home()
        for actor in (deal.officer, a_person(deal.provider, Role.PROVIDER_FINANCE)):
            with pytest.raises(NotPermitted):
                away(agreement, actor)
        away(agreement, deal.head)
        for actor in (deal.head, a_person(deal.borough, Role.FINANCE_OFFICER)):
            absence = absence_as_read_by(actor)
            with pytest.raises(NotPermitted):
                confirm_absence(absence, by=actor)
            absence = absence_as_read_by(actor)
            with pytest.raises(NotPermitted):
                refuse_absence(absence, "No.", by=actor)

    def test_strangers_see_none(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_home()
        away(agreement, deal.head)
        for stranger in (
            a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
        ):
            acting(stranger)
            assert session.scalars(select(Absence)).all() == []


class TestWhenItMayNot:
    def test_before_the_placement_started(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        with pytest.raises(NotNow):
            away(signed(deal), deal.head)

    def test_days_that_cannot_be_meant(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_home()
        agreement = as_read_by(deal.head, agreement)
        today, starts, ends = clock.today(), agreement.starts_on, agreement.expected_end_on
        assert ends is not None
        for first, back, field in (
            (starts - timedelta(1), today, "away_from"), (today + timedelta(1), today + timedelta(3), "away_from"),
            (today, today, "back_on"), (today, ends + timedelta(1), "back_on"),
        ):  # fmt: skip
            with pytest.raises(Invalid) as refused:
                record_absence(agreement, first, back, "hospital", by=deal.head)
            assert refused.value.field == field
        with pytest.raises(Invalid):
            record_absence(agreement, today, today + timedelta(1), "whim", by=deal.head)

    def test_twice_stale_unexplained_or_after_the_end(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_home()
        away(agreement, deal.head)
        absence = absence_as_read_by(deal.officer)
        with pytest.raises(Stale):
            confirm_absence(absence, version=9, by=deal.officer)
        with pytest.raises(Invalid):
            refuse_absence(absence, " ", by=deal.officer)
        agreement = as_read_by(deal.officer, agreement)
        end_placement(agreement, clock.today(), "CARPL", True, by=deal.officer)
        absence = absence_as_read_by(deal.officer)
        with pytest.raises(NotNow):
            confirm_absence(absence, by=deal.officer)
        refuse_absence(absence, "It has ended.", by=deal.officer)
        with pytest.raises(NotNow):
            refuse_absence(absence, "Again.", by=deal.officer)


class TestWhatTheDatabaseRefuses:
    def test_overlaps_and_contradictions(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_home()
        away(agreement, deal.head)
        with pytest.raises(IntegrityError, match="ex_absences_overlap"):
            away(agreement, deal.head, 3)
        absence = absence_as_read_by(deal.officer)
        change = update(Absence).where(Absence.id == absence.id)
        for wrong in ({"back_on": absence.away_from}, {"reduction": Decimal(1)}, {"retainer_percent": 101}):
            with pytest.raises(IntegrityError), db.session.begin_nested():
                session.execute(change.values(**wrong))


class TestWhatIsRecordedAndWhoIsTold:
    def test_the_trail_the_letters_and_your_work(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_home()
        away(agreement, deal.head)
        absence = absence_as_read_by(deal.officer)
        assert [item.step for item in absences_to_confirm(deal.officer)] == ["Confirm or refuse the absence"]
        assert list(absences_to_confirm(deal.head)) == []
        confirm_absence(absence, by=deal.officer)
        trail = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.CONFIRM_ABSENCE)).one()
        assert trail.after == {"absence": 1, "reduction": "1050.00"}
        assert len(session.scalars(select(Letter).where(Letter.act == Act.RECORD_ABSENCE)).all()) == 1
        acting(deal.head)
        told = session.scalars(select(Letter).where(Letter.act == Act.CONFIRM_ABSENCE)).one()
        assert "takes £1,050.00 off" in told.body
        assert "Zephyrine" not in told.body


class TestThePages:
    def test_recorded_by_the_provider_confirmed_by_the_borough(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal, agreement = a_home()
        page, first = f"/placements/{agreement.reference}/absences", clock.today() - timedelta(42)
        head, officer = client_as(deal.head), client_as(deal.officer)
        assert "No absences" in text_of(head, page)
        text_of(officer, f"{page}/new", 403)
        text_of(head, f"{page}/new")
        typed = {"away_from": boxes(first), "back_on": boxes(first), "reason": "hospital"}
        assert head.post(f"{page}/new", data=typed).status_code == 422
        assert head.post(f"{page}/new", data=typed | {"back_on": boxes(first + timedelta(NIGHTS))}).status_code == 303
        twice = head.post(f"{page}/new", data=typed | {"back_on": boxes(first + timedelta(2))})
        assert "An absence on some of these days is recorded already" in twice.text
        text_of(head, f"{page}/1", 403)
        form = text_of(officer, f"{page}/1")
        assert "£1,050.00" in form
        version = version_in(form)
        refused = officer.post(f"{page}/1", data={"version": version, "decision": "refuse"})
        assert "Say why the absence is refused." in refused.text
        assert officer.post(f"{page}/1", data={"version": version, "decision": "confirm"}).status_code == 303
        text_of(officer, f"{page}/1", 409)
        text_of(officer, f"{page}/2", 404)
        assert "Confirmed" in text_of(head, page)
        assert "Absences" in text_of(head, page.removesuffix("/absences"))

    def test_in_at_most_twelve_statements(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal, agreement = a_home()
        page = f"/placements/{agreement.reference}/absences"
        away(agreement, deal.head)
        client = client_as(deal.officer)
        statements: list[str] = []

        def note(*args: object) -> None:
            statements.append(str(args[2]))

        engine = db.session.connection().engine
        for path in (page, f"{page}/1"):
            statements.clear()
            event.listen(engine, "before_cursor_execute", note)
            text_of(client, path)
            event.remove(engine, "before_cursor_execute", note)
            assert 3 < len(statements) <= 12, statements
