"""How fee lines change: one closes, the next begins, and the cost of what was paid before stays as it was."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.costs import reckoned
from contracts.fee_changes import NewRate, add_line, close_line, line_paid_on, replace_line, replace_lines
from contracts.queries import fee_lines_of
from foundation import clock
from foundation.database import db
from foundation.permission import Invalid
from marketplace.costing import cost
from tests.makers.contracts import CORE, a_deal, a_placement

SCHOOL = {"kind": "education", "label": "School", "amount": Decimal("99.99"), "unit": "day"}


class TestReplacing:
    def test_closes_the_old_line_on_the_day_and_goes_on_at_the_new_rate(self, session: scoped_session[Session]) -> None:
        start = clock.today() - timedelta(28)
        agreement = a_placement(a_deal(starts_on=start))
        (line,) = fee_lines_of(agreement)
        new = replace_line(line, start + timedelta(14), Decimal("4300.00"))
        assert (line.ends_on, new.starts_on, new.ends_on) == (start + timedelta(14), start + timedelta(14), None)
        assert (new.kind, new.label, new.unit, new.position) == (line.kind, line.label, line.unit, line.position)
        assert cost(reckoned(fee_lines_of(agreement)), start, start + timedelta(28)) == Decimal("17000.00")

    def test_many_at_once_and_from_before_a_line_began(self, session: scoped_session[Session]) -> None:
        start = clock.today()
        later = SCHOOL | {"starts_on": start + timedelta(60), "ends_on": start + timedelta(90)}
        agreement = a_placement(a_deal(starts_on=start, fees=(CORE, later)))
        lines = fee_lines_of(agreement)
        core, school = replace_lines([NewRate(line, start + timedelta(7), line.amount + 1) for line in lines])
        assert core.starts_on == start + timedelta(7)
        assert (school.starts_on, school.ends_on) == (start + timedelta(60), start + timedelta(90))
        assert lines[1].ends_on == lines[1].starts_on

    def test_not_after_the_line_has_closed(self, session: scoped_session[Session]) -> None:
        agreement = a_placement(a_deal())
        (line,) = fee_lines_of(agreement)
        close_line(line, clock.today() + timedelta(5))
        with pytest.raises(Invalid, match="is not paid on"):
            replace_line(line, clock.today() + timedelta(5), Decimal(1))


class TestAdding:
    def test_the_database_refuses_an_overlap(self, session: scoped_session[Session]) -> None:
        agreement = a_placement(a_deal())
        (line,) = fee_lines_of(agreement)
        with pytest.raises(IntegrityError, match="ex_agreement_fee_lines_overlap"), db.session.begin_nested():
            add_line(agreement, line.reckoned, 2)

    def test_finds_the_line_of_a_day(self, session: scoped_session[Session]) -> None:
        agreement = a_placement(a_deal())
        (line,) = fee_lines_of(agreement)
        assert line_paid_on([line], "core", line.label, clock.today()) is line
        assert line_paid_on([line], "core", line.label, clock.today() - timedelta(1)) is None
        assert line_paid_on([line], "therapy", line.label, clock.today()) is None
