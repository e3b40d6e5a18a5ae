"""Moves between settings of a provider: what they change, what they leave, and what stands in their way."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from contracts.placing import end_placement, start_placement
from contracts.queries import fee_lines_of
from contracts.staying.moving import NewPlace, move_placement
from contracts.staying.setting_move import SettingMove
from contracts.staying.whereabouts import setting_on, stretches_of
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.free_places import free_place, take_place
from marketplace.keeping_settings import confirm_vacancies
from marketplace.roles import Role
from marketplace.setting import Accepts, Setting
from tests.contracts.varying.test_pages import boxes, text_of
from tests.makers.contracts import Deal, a_deal, a_placement, as_read_by, signed
from tests.makers.standing import a_borough, a_person, a_provider, a_setting, acting

ClientAs = Callable[[Actor], FlaskClient]
STARTED, MOVED = timedelta(56), timedelta(14)


def a_stay(**facts: object) -> tuple[Deal, Agreement, Setting]:
    """A placement that started eight weeks ago, and another setting of its provider with those facts; the officer acts."""
    deal = a_deal(starts_on=clock.today() - STARTED)
    other = a_setting(deal.provider, deal.lot, "Elm Lodge", **facts)  # type: ignore[arg-type]
    return deal, a_placement(deal), other


def to(setting: Setting, days_ago: int = 14, **facts: str) -> NewPlace:
    on = clock.today() - timedelta(days_ago)
    return NewPlace(setting=setting.reference, moved_on=on, **({"reason": "CARPL"} | facts))


def vacancies() -> dict[str, int | None]:
    db.session.expire_all()
    return {row.name: row.vacancies for row in db.session.execute(select(Setting.name, Setting.vacancies))}


class TestDoesIt:
    def test_the_past_keeps_its_setting(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay()
        before = [(line.amount, line.starts_on, line.ends_on) for line in fee_lines_of(agreement)]
        move_placement(agreement, to(other, note=" Nearer to school. "), by=deal.officer)
        moved_on = clock.today() - MOVED
        assert (agreement.setting_id, agreement.setting.name) == (other.id, "Elm Lodge")
        assert setting_on(agreement, moved_on) == other.id
        assert setting_on(agreement, moved_on - timedelta(1)) == deal.setting.id
        assert setting_on(agreement, agreement.starts_on - timedelta(1)) is None
        assert [part.setting_id for part in stretches_of(agreement)] == [deal.setting.id, other.id]
        assert [(line.amount, line.starts_on, line.ends_on) for line in fee_lines_of(agreement)] == before
        assert session.scalars(select(SettingMove.note)).one() == "Nearer to school."

    def test_the_stay_ends_at_the_last_setting(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay()
        move_placement(agreement, to(other), by=deal.officer)
        with pytest.raises(Invalid, match="The child moved on") as refused:
            end_placement(agreement, clock.today() - MOVED, "CARPL", True, by=deal.officer)
        assert refused.value.field == "ended_on"
        end_placement(agreement, clock.today(), "CARPL", True, by=deal.officer)
        assert setting_on(agreement, clock.today() - timedelta(1)) == other.id
        assert setting_on(agreement, clock.today()) is None

    def test_back_again_is_a_second_move(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay()
        move_placement(agreement, to(other), by=deal.officer)
        move_placement(agreement, to(deal.setting, 3), by=deal.officer)
        assert session.scalars(select(SettingMove.number).order_by(SettingMove.moved_on)).all() == [1, 2]


class TestFreePlaces:
    def test_a_start_takes_one_and_a_move_does_both(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay()
        assert vacancies() == {"Rowan House": 0, "Elm Lodge": 1}
        move_placement(agreement, to(other, 0), by=deal.officer)
        assert vacancies() == {"Rowan House": 1, "Elm Lodge": 0}

    def test_an_end_frees_it_and_never_above_the_places_that_there_are(self, session: scoped_session[Session]) -> None:
        deal, agreement, _ = a_stay()
        end_placement(agreement, clock.today(), "CARPL", True, by=deal.officer)
        assert vacancies()["Rowan House"] == 1
        for _ in range(9):
            free_place(deal.setting.id, clock.now())
        assert vacancies()["Rowan House"] == 4
        for _ in range(9):
            take_place(deal.setting.id, clock.now())
        assert vacancies()["Rowan House"] == 0

    def test_a_figure_told_after_the_award_leaves_the_promised_place_out_already(
        self, session: scoped_session[Session]
    ) -> None:
        deal = a_deal(starts_on=clock.today() - STARTED)
        agreement = signed(deal)
        acting(deal.head)
        confirm_vacancies(db.session.get_one(Setting, deal.setting.id), 2, None, by=deal.head)
        agreement = as_read_by(deal.officer, agreement)
        start_placement(agreement, agreement.starts_on, by=deal.officer)
        assert vacancies() == {"Rowan House": 2}

    def test_a_figure_newer_than_the_move_counts_it_already(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay(vacancies=0)
        move_placement(agreement, to(other), by=deal.officer)
        assert vacancies()["Elm Lodge"] == 0


class TestWhoMayNot:
    def test_neither_provider_nor_finance_officer(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay()
        for actor in (deal.head, a_person(deal.borough, Role.FINANCE_OFFICER)):
            agreement = as_read_by(actor, agreement)
            with pytest.raises(NotPermitted):
                move_placement(agreement, to(other), by=actor)

    def test_strangers_see_none_and_the_hub_no_child(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay()
        move_placement(agreement, to(other), by=deal.officer)
        for stranger in (
            a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
        ):
            acting(stranger)
            assert session.scalars(select(SettingMove)).all() == []
        for party in (deal.head, a_person(deal.hub, Role.HUB_ANALYST)):
            acting(party)
            assert len(session.scalars(select(SettingMove)).all()) == 1


class TestWhenItMayNot:
    def test_before_the_placement_started(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        other = a_setting(deal.provider, deal.lot, "Elm Lodge")
        with pytest.raises(NotNow):
            move_placement(signed(deal), to(other, 0), by=deal.officer)

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"age_from": 16}, "registered for ages 16 to 17"),
            ({"accepts": Accepts.BOYS}, "boys only"),
            ({"vacancies": 0}, "0 free"),
            ({"vacancies": None}, "has not said whether it has a place"),
            ({"rating": "Inadequate"}, "rated inadequate"),
        ],
    )
    def test_a_hard_limit_of_the_new_setting(
        self, session: scoped_session[Session], facts: dict[str, object], sentence: str
    ) -> None:
        deal, agreement, other = a_stay(**facts)
        with pytest.raises(Invalid, match=sentence) as refused:
            move_placement(agreement, to(other, 0), by=deal.officer)
        assert refused.value.field == "setting"

    def test_only_to_a_setting_of_this_provider_in_this_lot(self, session: scoped_session[Session]) -> None:
        deal, agreement, _ = a_stay()
        elsewhere = a_setting(a_provider("Beech Ltd"), deal.lot, "Beech House")
        not_admitted = a_setting(deal.provider, None, "Ash House")
        for setting in (elsewhere, not_admitted, deal.setting):
            with pytest.raises(Invalid, match="another setting of this provider"):
                move_placement(as_read_by(deal.officer, agreement), to(setting), by=deal.officer)

    @pytest.mark.parametrize(
        ("days_ago", "reason", "field"), [(56, "CARPL", "moved_on"), (-1, "CARPL", "moved_on"), (3, "PLACE", "reason")]
    )
    def test_what_cannot_be_meant(
        self, session: scoped_session[Session], days_ago: int, reason: str, field: str
    ) -> None:
        deal, agreement, other = a_stay()
        with pytest.raises(Invalid) as refused:
            move_placement(agreement, to(other, days_ago, reason=reason), by=deal.officer)
        assert refused.value.field == field


class TestWhatTheDatabaseRefuses:
    def test_editing_or_deleting_a_move(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay()
        moved = move_placement(agreement, to(other), by=deal.officer)
        for statement in (
            update(SettingMove).values(note="Edited"),
            SettingMove.__table__.delete(),  # type: ignore[attr-defined]
        ):
            with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
                session.execute(statement)
        with pytest.raises(IntegrityError, match="goes_elsewhere"), db.session.begin_nested():
            session.add(
                SettingMove(
                    number=2, agreement_id=moved.agreement_id, authority_id=moved.authority_id, provider_id=moved.provider_id,
                    from_setting_id=other.id, to_setting_id=other.id, moved_on=clock.today(), reason="CARPL", recorded_by_name="X",
                )
            )  # fmt: skip
            session.flush()


class TestWhatIsRecordedAndWhoIsTold:
    def test_the_trail_and_the_letters(self, session: scoped_session[Session]) -> None:
        deal, agreement, other = a_stay()
        move_placement(agreement, to(other), by=deal.officer)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.MOVE_PLACEMENT)).one()
        assert (event.before["setting"], event.after["setting"]) == (str(deal.setting.id), str(other.id))
        acting(deal.head)
        told = session.scalars(select(Letter).where(Letter.act == Act.MOVE_PLACEMENT)).one()
        assert "Elm Lodge" in told.body
        assert "Zephyrine" not in told.body + told.subject


class TestThePages:
    def test_recorded_by_the_officer_read_by_the_provider(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal, agreement, other = a_stay()
        page = f"/placements/{agreement.reference}/moves"
        a_setting(deal.provider, deal.lot, "Oak Lodge", age_from=16)
        officer, head = client_as(deal.officer), client_as(deal.head)
        form = text_of(officer, f"{page}/new")
        assert "Elm Lodge" in form
        assert "registered for ages 16 to 17" in form
        text_of(head, f"{page}/new", 403)
        typed = {"moved_on": boxes(clock.today() - MOVED), "reason": "CARPL", "note": "Nearer to school"}
        refused = officer.post(f"{page}/new", data=typed)
        assert refused.status_code == 422
        assert "Nearer to school" in refused.text
        assert officer.post(f"{page}/new", data=typed | {"setting": other.reference}).status_code == 303
        assert "Elm Lodge" in text_of(head, page)
        assert "Moved to another setting" in text_of(officer, page.removesuffix("/moves"))
