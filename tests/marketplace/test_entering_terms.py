"""A provider enters the terms of a setting, by school year; boroughs see them; what fees were charged by stands."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.permission import Invalid, NotPermitted
from foundation.tenancy import SYSTEM_FENCE
from marketplace.actor import Actor
from marketplace.entering_terms import TypedTerm, enter_terms
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting
from marketplace.setting_term import SettingTerm, school_years_of, terms_of
from marketplace.terms_of_year import Term
from tests.conftest import ClientAs
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, a_setting, acting, behind

Sessions = scoped_session[Session]
NOVEMBER = datetime(2026, 11, 23, 9, tzinfo=UTC)
AUTUMN = TypedTerm(0, "Autumn term", date(2026, 9, 3), date(2026, 12, 18))
SPRING = TypedTerm(1, "Spring term", date(2027, 1, 5), date(2027, 3, 25))
SUMMER = TypedTerm(2, "Summer term", date(2027, 4, 13), date(2027, 7, 21))
YEAR = (AUTUMN, SPRING, SUMMER)


@pytest.fixture
def provider(session: Sessions, move_clock: Callable[[datetime], None]) -> Organisation:
    move_clock(NOVEMBER)
    return a_provider()


@pytest.fixture
def manager(provider: Organisation) -> Actor:
    return a_person(provider, Role.PROVIDER_MANAGER)


@dataclass(frozen=True)
class School:
    """A setting by its key: who acts changes, and each reads it anew."""

    id: uuid.UUID
    reference: str

    @property
    def row(self) -> Setting:
        return db.session.get_one(Setting, self.id)


@pytest.fixture
def school(provider: Organisation, manager: Actor) -> School:
    made = a_setting(provider)
    kept = School(made.id, made.reference)
    acting(manager)
    return kept


def shifted(term: TypedTerm, **days: date) -> TypedTerm:
    return replace(term, **days)  # type: ignore[arg-type]


class TestEnterTerms:
    def test_the_terms_of_a_year_are_read_in_order(self, school: School, manager: Actor) -> None:
        enter_terms(school.row, 2026, (SPRING, AUTUMN, SUMMER), by=manager)
        assert [(term.name, term.starts_on, term.last_day) for term in school_years_of(school.row)[2026]] == [
            (term.name, term.first_day, term.last_day) for term in YEAR
        ]
        assert terms_of([school.id])[school.id].terms[0] == Term(date(2026, 9, 3), date(2026, 12, 19))

    def test_entering_the_year_again_takes_the_place_of_what_has_not_begun(
        self, school: School, manager: Actor
    ) -> None:
        enter_terms(school.row, 2026, YEAR, by=manager)
        later = shifted(SUMMER, first_day=date(2027, 4, 20))
        enter_terms(school.row, 2026, (AUTUMN, SPRING, later), by=manager)
        assert school_years_of(school.row)[2026][2].starts_on == date(2027, 4, 20)

    def test_is_recorded_with_the_days_before_and_after(self, school: School, manager: Actor) -> None:
        enter_terms(school.row, 2026, YEAR, by=manager)
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "enter_terms")).one()
        assert event.after["school_year"] == "2026-27"
        assert event.after["Autumn term"] == ["2026-09-03", "2026-12-19"]

    def test_a_responder_may_not(self, provider: Organisation, school: School) -> None:
        responder = acting(a_person(provider, Role.PROVIDER_RESPONDER))
        with pytest.raises(NotPermitted):
            enter_terms(school.row, 2026, YEAR, by=responder)


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            ((), "term_0_first"),
            ((AUTUMN, shifted(SPRING, first_day=date(2026, 12, 18))), "term_1_first"),
            ((shifted(AUTUMN, last_day=date(2026, 9, 2)),), "term_0_last"),
            ((shifted(AUTUMN, first_day=date(2025, 9, 3)),), "term_0_first"),
            ((AUTUMN, SPRING, shifted(SUMMER, last_day=date(2027, 9, 1))), "term_2_first"),
            ((shifted(AUTUMN, first_day=date(2026, 8, 3), last_day=date(2026, 8, 28)),), "term_0_last"),
        ],
    )
    def test_is_refused_next_to_its_field(
        self, school: School, manager: Actor, terms: tuple[TypedTerm, ...], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            enter_terms(school.row, 2026, terms, by=manager)
        assert refused.value.field == field

    def test_the_day_after_a_term_may_begin_the_next(self, school: School, manager: Actor) -> None:
        half = shifted(SPRING, first_day=date(2026, 12, 19))
        assert len(school_years_of(enter_terms(school.row, 2026, (AUTUMN, half), by=manager))[2026]) == 2

    def test_the_database_lets_no_two_terms_of_a_setting_overlap(self, school: School, manager: Actor) -> None:
        enter_terms(school.row, 2026, YEAR, by=manager)
        db.session.add(
            SettingTerm(
                setting_id=school.id, provider_id=school.row.provider_id, school_year=2026, name="Another",
                starts_on=date(2026, 12, 18), ends_on=date(2026, 12, 20),
            )
        )  # fmt: skip
        with pytest.raises(IntegrityError, match="ex_setting_terms_overlap"):
            db.session.flush()


class TestWhatHasBegunStands:
    @pytest.fixture
    def tomorrow(self, school: School, manager: Actor, move_clock: Callable[[datetime], None]) -> None:
        enter_terms(school.row, 2026, YEAR, by=manager)
        move_clock(NOVEMBER + timedelta(days=1))
        acting(manager)

    @pytest.mark.parametrize("terms", [YEAR[1:], (shifted(AUTUMN, last_day=date(2026, 12, 17)), SPRING, SUMMER)])
    def test_a_term_that_has_begun_keeps_its_days(
        self, school: School, manager: Actor, tomorrow: None, terms: tuple[TypedTerm, ...]
    ) -> None:
        with pytest.raises(Invalid, match="so its days stand"):
            enter_terms(school.row, 2026, terms, by=manager)

    def test_a_slip_is_put_right_on_the_day_it_was_entered(self, school: School, manager: Actor) -> None:
        enter_terms(school.row, 2026, YEAR, by=manager)
        enter_terms(school.row, 2026, (shifted(AUTUMN, last_day=date(2026, 12, 17)), SPRING, SUMMER), by=manager)
        assert school_years_of(school.row)[2026][0].last_day == date(2026, 12, 17)

    def test_no_term_is_added_to_days_that_have_passed(self, school: School, manager: Actor, tomorrow: None) -> None:
        early = TypedTerm(3, "Summer school", date(2026, 8, 20), date(2026, 9, 2))
        with pytest.raises(Invalid, match="days that have passed"):
            enter_terms(school.row, 2026, (*YEAR, early), by=manager)


class TestWhoSeesThem:
    def test_boroughs_do_and_another_provider_does_not(self, school: School, manager: Actor) -> None:
        enter_terms(school.row, 2026, YEAR, by=manager)
        borough, stranger = (
            a_person(a_borough(a_hub()), Role.PLACEMENT_OFFICER),
            a_person(a_provider("Elm Ltd"), Role.PROVIDER_MANAGER),
        )
        count = select(func.count(SettingTerm.id))
        with behind(borough.fence):
            assert db.session.scalar(count) == 3
        with behind(stranger.fence):
            assert db.session.scalar(count) == 0
        with behind(SYSTEM_FENCE):
            assert db.session.scalar(count) == 3


class TestPage:
    def typed(self, terms: tuple[TypedTerm, ...]) -> dict[str, Any]:
        return {
            f"term_{term.row}_{part}": value
            for term in terms
            for part, value in (
                ("name", term.name),
                ("first", [str(term.first_day.day), str(term.first_day.month), str(term.first_day.year)]),
                ("last", [str(term.last_day.day), str(term.last_day.month), str(term.last_day.year)]),
            )
        }

    def test_keeps_the_terms_and_shows_them(self, school: School, manager: Actor, client_as: ClientAs) -> None:
        desk, page = client_as(manager), f"/settings/{school.reference}"
        assert b"Terms of 2026-27" in desk.get(page).data
        assert desk.post(f"{page}/terms/2026", data=self.typed(YEAR)).status_code == 303
        assert b"18 December 2026" in desk.get(page).data

    def test_says_an_overlap_next_to_the_field_and_keeps_what_was_typed(
        self, school: School, manager: Actor, client_as: ClientAs
    ) -> None:
        clash = (AUTUMN, shifted(SPRING, first_day=date(2026, 12, 18)))
        answer = client_as(manager).post(f"/settings/{school.reference}/terms/2026", data=self.typed(clash))
        assert answer.status_code == 422
        assert "Spring term overlaps Autumn term, which ends on 18 December 2026" in answer.text
        assert 'href="#term_1_first-day"' in answer.text
        assert 'value="Spring term"' in answer.text

    def test_half_a_term_is_asked_for(self, school: School, manager: Actor, client_as: ClientAs) -> None:
        data = self.typed((AUTUMN,)) | {"term_0_last": ["", "", ""]}
        answer = client_as(manager).post(f"/settings/{school.reference}/terms/2026", data=data)
        assert "Enter the last day." in answer.text

    def test_a_year_far_away_is_no_page(self, school: School, manager: Actor, client_as: ClientAs) -> None:
        assert client_as(manager).get(f"/settings/{school.reference}/terms/{clock.today().year + 9}").status_code == 404
