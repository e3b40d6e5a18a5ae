"""Approval and publication: who, when, what is frozen for providers, and that no name ever leaves."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.tenancy import act_as_system
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import permits
from marketplace.roles import Role
from marketplace.work import Group
from referrals.drafting import save_answers
from referrals.profiling import profile_of
from referrals.publishing import (
    default_deadline,
    extend_deadline,
    publish_referral,
    remark_on,
    send_back,
    send_for_approval,
    withdraw_referral,
)
from referrals.queries import answers_of, identity_of_referral
from referrals.referral import AwardedProfile, Invitation, PublishedProfile, Referral, ReferralState
from referrals.referral_work import work_of_referrals
from referrals.timeline import entries_of
from tests.makers.answers import a_decline, an_offer
from tests.makers.referrals import (
    CANARY,
    a_child,
    a_colleague,
    a_draft,
    a_published,
    a_referral_awaiting_approval,
    acting_on,
)
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting, acting

MoveClock = Callable[[datetime], None]
ClientAs = Callable[[Actor], FlaskClient]


class Place:
    """A borough with an officer and a manager, a lot, and two providers with a setting each."""

    def __init__(self) -> None:
        self.hub = a_hub()
        self.borough = a_borough(self.hub)
        self.officer = a_person(self.borough, Role.PLACEMENT_OFFICER, name="Amara Osei")
        self.manager = a_person(self.borough, Role.PLACEMENT_MANAGER, name="Daniel Whitcombe")
        self.lot = a_lot(self.hub, "residential", (self.borough,))
        self.providers = [a_provider("Oakfield Care Ltd"), a_provider("Larkfield Homes Ltd")]
        names = ("Rowan House", "Larkfield House")
        self.settings = [
            a_setting(provider, self.lot, name, needs=("trauma",))
            for provider, name in zip(self.providers, names, strict=True)
        ]

    def awaiting(self) -> Referral:
        """A referral before the manager."""
        return acting_on(self.manager, a_referral_awaiting_approval(self.officer, self.lot))

    def published(self, **chosen: object) -> Referral:
        """A published referral to which both providers are invited; the session acts for the officer."""
        return a_published(self.officer, self.lot, manager=self.manager, invited=self.settings, **chosen)  # type: ignore[arg-type]


@pytest.fixture
def place(session: scoped_session[Session]) -> Place:
    return Place()


def soon() -> datetime:
    return clock.now() + timedelta(days=5)


class TestSendForApprovalAndBack:
    def test_the_managers_are_told_and_the_letter_names_nobody(self, place: Place) -> None:
        referral = a_referral_awaiting_approval(place.officer, place.lot)
        letter = db.session.scalars(select(Letter).where(Letter.act == "send_for_approval")).one()
        assert (letter.organisation_id, letter.to_roles) == (place.borough.id, ["placement_manager"])
        assert referral.reference in letter.subject
        assert CANARY not in letter.subject + letter.body

    def test_what_gives_the_child_away_stops_it(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot)
        from_here = answers_of(referral)
        from_here.answers = {**from_here.answers, "strengths": f"{CANARY} draws"}
        db.session.commit()
        with pytest.raises(Invalid, match="must be mended"):
            send_for_approval(referral, by=place.officer)

    def test_a_manager_sends_it_back_with_a_reason_that_names_nobody(self, place: Place) -> None:
        referral = place.awaiting()
        for reason, said in ((" ", "Say what"), (f"Leave {CANARY} out", "Leave out"), ("x" * 2001, "2,000")):
            with pytest.raises(Invalid, match=said):
                send_back(referral, reason, by=place.manager)
        send_back(referral, "Say more of what helps.", by=place.manager)
        assert (referral.state, referral.sent_back_reason) == (ReferralState.DRAFT, "Say more of what helps.")
        act_as_system()
        letter = db.session.scalars(select(Letter).where(Letter.act == "send_back")).one()
        assert letter.to_person_id == place.officer.person_id

    def test_an_officer_may_not_send_it_back(self, place: Place) -> None:
        referral = a_referral_awaiting_approval(place.officer, place.lot)
        with pytest.raises(NotPermitted):
            send_back(referral, "Mend it", by=place.officer)


class TestPublishReferralDoesIt:
    def test_the_profile_holds_age_sex_and_area_and_no_more_of_who_it_is(self, place: Place) -> None:
        child = a_child(place.officer, date_of_birth=date(clock.today().year - 13, 1, 15))
        referral = a_published(place.officer, place.lot, child, manager=place.manager, needs_desirable=["autism"])
        profile = db.session.get_one(PublishedProfile, referral.id)
        needed_by = referral.needed_by
        assert needed_by is not None
        assert profile.age == needed_by.year - (clock.today().year - 13) - ((needed_by.month, needed_by.day) < (1, 15))
        assert (profile.sex, profile.area) == ("F", "CR0")
        assert profile.wanted == {
            "must": ["trauma"], "desirable": ["autism"], "setting_kinds": ["childrens_home"], "sibling_count": 0, "gender": "F",
        }  # fmt: skip
        assert profile.voice == "I want somewhere quiet where I can draw."

    def test_it_is_what_the_preview_showed(self, place: Place) -> None:
        referral = place.awaiting()
        shown = profile_of(referral, answers_of(referral).answers, identity_of_referral(referral))
        publish_referral(referral, soon(), by=place.manager)
        frozen = db.session.get_one(PublishedProfile, referral.id)
        assert (frozen.sections, frozen.voice, frozen.wanted) == (shown.sections, shown.voice, shown.wanted)

    def test_answers_for_the_awarded_provider_stand_apart(self, place: Place) -> None:
        referral = a_published(place.officer, place.lot, doctor="Dr Marrow, 020 8545 4710")
        assert "Marrow" not in str(db.session.get_one(PublishedProfile, referral.id).sections)
        assert "Marrow" in str(db.session.get_one(AwardedProfile, referral.id).sections)

    def test_the_officer_is_told(self, place: Place) -> None:
        publish_referral(place.awaiting(), soon(), by=place.manager)
        act_as_system()
        letter = db.session.scalars(select(Letter).where(Letter.act == "publish_referral")).one()
        assert letter.to_person_id == place.officer.person_id

    def test_the_default_is_the_lots_working_days_at_five(self, place: Place, move_clock: MoveClock) -> None:
        acting(place.officer)
        move_clock(datetime(2026, 12, 21, 10, tzinfo=UTC))
        referral = a_draft(place.officer, place.lot)
        # 22, 23, 24, 29 and 30 December: Christmas Day and the Monday in lieu of Boxing Day do not count
        assert default_deadline(referral) == datetime(2026, 12, 30, 17, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("deadline", "said"),
        [
            (datetime(2026, 12, 25, 12, tzinfo=UTC), "bank holiday"),
            (datetime(2026, 12, 27, 12, tzinfo=UTC), "weekend"),
            (datetime(2026, 12, 23, 12, tzinfo=UTC), ""),
        ],
    )
    def test_a_deadline_on_a_day_off_is_allowed_and_told(self, deadline: datetime, said: str) -> None:
        assert (said in remark_on(deadline)) if said else remark_on(deadline) == ""


class TestPublishReferralWhoAndWhen:
    def test_whoever_sent_it_does_not_approve_it(self, place: Place) -> None:
        referral = a_referral_awaiting_approval(place.manager, place.lot)
        with pytest.raises(NotPermitted, match="somebody else must publish it"):
            publish_referral(referral, soon(), by=place.manager)

    def test_an_officer_and_another_borough_may_not(self, place: Place) -> None:
        other = a_person(a_borough(place.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER)
        referral = a_referral_awaiting_approval(place.officer, place.lot)
        with pytest.raises(NotPermitted):
            publish_referral(referral, soon(), by=place.officer)
        assert not permits(other, Act.PUBLISH_REFERRAL, referral)

    def test_not_from_a_draft_and_not_twice(self, place: Place) -> None:
        draft = acting_on(place.manager, a_draft(place.officer, place.lot))
        with pytest.raises(NotNow):
            publish_referral(draft, soon(), by=place.manager)
        referral = place.awaiting()
        publish_referral(referral, soon(), by=place.manager)
        with pytest.raises(NotNow):
            publish_referral(referral, soon(), by=place.manager)

    def test_a_deadline_in_the_past_or_years_away_is_refused(self, place: Place) -> None:
        referral = place.awaiting()
        for deadline in (clock.now(), clock.now() + timedelta(days=400)):
            with pytest.raises(Invalid) as refused:
                publish_referral(referral, deadline, by=place.manager)
            assert refused.value.field == "deadline"
        assert referral.state is ReferralState.AWAITING_APPROVAL


class TestDeadlines:
    def test_it_moves_and_the_invited_are_told(self, place: Place) -> None:
        referral = place.published()
        later = soon() + timedelta(days=3)
        extend_deadline(referral, later, by=place.officer)
        assert referral.deadline == later
        act_as_system()
        letters = db.session.scalars(select(Letter).where(Letter.act == "extend_deadline")).all()
        assert {letter.organisation_id for letter in letters} == {provider.id for provider in place.providers}

    def test_before_any_offer_it_may_come_sooner_and_afterwards_never(self, place: Place) -> None:
        referral = place.published()
        sooner = clock.now() + timedelta(days=2)
        extend_deadline(referral, sooner, by=place.officer)
        an_offer(referral, place.settings[0])
        referral = acting_on(place.officer, referral)
        with pytest.raises(Invalid, match="An offer lies already"):
            extend_deadline(referral, sooner - timedelta(hours=1), by=place.officer)
        extend_deadline(referral, sooner + timedelta(hours=1), by=place.officer)


class TestWithdrawReferral:
    def test_the_invited_are_told_without_the_reason_and_see_it_no_more(self, place: Place) -> None:
        referral = place.published()
        withdraw_referral(referral, "The family found a home.", by=place.officer)
        assert referral.state is ReferralState.WITHDRAWN
        assert all(each.sight_ended_at for each in db.session.scalars(select(Invitation)))
        key = referral.id
        acting(a_person(place.providers[0], Role.PROVIDER_MANAGER))
        assert db.session.get(PublishedProfile, key) is None
        act_as_system()
        letters = db.session.scalars(select(Letter).where(Letter.act == "withdraw_referral")).all()
        assert len(letters) == 2
        assert all("family" not in letter.body for letter in letters)

    def test_a_reason_is_needed_and_an_ended_one_stays_ended(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot)
        with pytest.raises(Invalid):
            withdraw_referral(referral, "", by=place.officer)
        withdraw_referral(referral, "A mistake.", by=place.officer)
        with pytest.raises(NotNow):
            withdraw_referral(referral, "Again.", by=place.officer)


class TestWhatTheDatabaseRefuses:
    def test_published_without_a_deadline(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot)
        with pytest.raises(DBAPIError, match="published_with_a_deadline"):
            db.session.execute(text("UPDATE referrals SET state = 'published' WHERE id = :id"), {"id": referral.id})

    @pytest.mark.parametrize("table", ["children", "identities", "referral_answers", "awarded_profiles"])
    def test_neither_hub_nor_invited_provider_nor_another_borough_reads_a_row(self, place: Place, table: str) -> None:
        place.published()
        strangers = [
            a_person(place.providers[0], Role.PROVIDER_MANAGER, Role.PROVIDER_RESPONDER),
            a_person(place.hub, Role.HUB_MANAGER),
            a_person(a_borough(place.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
        ]
        for stranger in strangers:
            acting(stranger)
            assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


class TestTheCanary:
    """A name planted in the child's identity is met nowhere but on the borough's own pages."""

    def test_it_is_in_no_profile_letter_or_audit_row(self, place: Place) -> None:
        place.published()
        for table in ("published_profiles", "awarded_profiles", "audit_events", "invitations", "referrals"):
            assert CANARY not in str(db.session.execute(text(f"SELECT t::text FROM {table} t")).all()), table
        act_as_system()
        letters = db.session.execute(text("SELECT subject || body FROM letters")).all()
        assert letters
        assert CANARY not in str(letters)

    def test_it_is_on_no_page_of_another_organisation(self, place: Place, client_as: ClientAs) -> None:
        reference = place.published().reference
        others = [a_person(place.providers[0], Role.PROVIDER_MANAGER), a_person(place.hub, Role.HUB_MANAGER)]
        for other in others:
            client = client_as(other)
            for address in (
                "/work",
                "/inbox",
                f"/inbox/{reference}",
                f"/referrals/{reference}",
                "/children",
                "/letters",
            ):
                page = client.get(address, follow_redirects=True).text
                assert CANARY not in page
                assert "Vexworth" not in page
                assert "CR0 1EA" not in page

    def test_it_is_on_no_preview(self, place: Place, client_as: ClientAs) -> None:
        reference = a_draft(place.officer, place.lot).reference
        page = client_as(place.officer).get(f"/referrals/{reference}/preview").text
        assert CANARY not in page
        assert "CR0 1EA" not in page


class TestThePages:
    def test_a_manager_publishes_from_the_page_on_a_bank_holiday_and_is_told(
        self, place: Place, client_as: ClientAs
    ) -> None:
        reference = place.awaiting().reference
        christmas = clock.today().replace(month=12, day=25)
        client = client_as(place.manager)
        address = f"/referrals/{reference}/approval"
        assert client.post(address, data={"deadline": ["1", "1", "2020"], "at": "noon"}).status_code == 422
        assert client.post(address, data={"deadline": ["1", "1", "2020"], "at": "25:00"}).status_code == 422
        typed = {"deadline": ["25", "12", str(christmas.year)], "at": "noon"}
        sent = client.post(address, data=typed, follow_redirects=True)
        assert "is a bank holiday" in sent.text
        assert "Published" in sent.text

    def test_the_overview_shows_who_answered_and_no_price(self, place: Place, client_as: ClientAs) -> None:
        referral = place.published()
        an_offer(referral, place.settings[0])
        a_decline(referral, place.settings[1])
        reference = acting_on(place.officer, referral).reference
        page = client_as(place.officer).get(f"/referrals/{reference}").text
        assert "Offer, sealed" in page
        assert "Declined" in page
        assert "2 of 2" in page
        assert "£" not in page

    def test_a_finance_officer_reads_the_overview_without_name_or_form(self, place: Place, client_as: ClientAs) -> None:
        references = [place.published().reference, a_draft(place.officer, place.lot).reference]
        client = client_as(a_colleague(place.officer, Role.FINANCE_OFFICER))
        for reference in references:
            page = client.get(f"/referrals/{reference}")
            assert page.status_code == 200
            assert CANARY not in page.text
            assert f"/referrals/{reference}/form" not in page.text
            assert client.get(f"/referrals/{reference}/form").status_code == 403
        assert CANARY not in client.get("/referrals").text + client.get("/children").text

    def test_no_page_needs_more_than_12_statements(self, place: Place, client_as: ClientAs) -> None:
        references = [place.published().reference for _ in range(3)]
        child = a_child(place.officer).reference
        reference = references[0]
        client = client_as(place.officer)
        for address in (
            "/referrals", "/children", f"/children/{child}", f"/referrals/{reference}", f"/referrals/{reference}/timeline",
            f"/referrals/{reference}/form", f"/referrals/{reference}/deadline", "/referrals?q=Quill&state=all",
        ):  # fmt: skip
            assert statements_of(lambda address=address: client.get(address)) <= 12, address  # type: ignore[misc]

    def test_the_list_finds_by_first_name_and_by_reference_however_typed(
        self, place: Place, client_as: ClientAs
    ) -> None:
        reference = a_draft(place.officer, place.lot).reference
        client = client_as(place.officer)
        for sought in (CANARY[:4].lower(), reference.lower().replace("-", " "), reference[:6]):
            assert reference in client.get(f"/referrals?q={sought}").text
        assert reference not in client.get("/referrals?q=Nobody").text
        assert reference not in client.get("/referrals?state=awarded").text
        assert client.get("/referrals?officer=nonsense&page=99").status_code == 200


class TestTimelineAndWork:
    def test_every_act_has_who_when_and_why(self, place: Place) -> None:
        referral = place.published()
        a_decline(referral, place.settings[1])
        referral = acting_on(place.officer, referral)
        told = [(entry.what, entry.who) for entry in entries_of(referral)]
        assert told[0] == ("Declined", "Larkfield Homes Ltd")
        assert ("Approved and published", "Daniel Whitcombe") in told
        assert told[-1] == ("Draft begun", "Amara Osei")

    def test_savings_on_end_are_one_entry(self, place: Place) -> None:
        referral = a_draft(place.officer, place.lot)
        save_answers(referral, {"strengths": "Maps"}, version=2, by=place.officer)
        assert [entry.why for entry in entries_of(referral)] == ["2 times", ""]

    def test_each_state_is_the_next_persons_work(self, place: Place) -> None:
        a_draft(place.officer, place.lot, answers={"strengths": f"{CANARY} draws"})
        [item] = work_of_referrals(place.officer)
        assert (item.group, item.step) == (Group.NOW, "Mend 1 thing")
        a_referral_awaiting_approval(place.officer, place.lot)
        assert {item.group for item in work_of_referrals(place.officer)} == {Group.NOW, Group.OTHERS}
        acting(place.manager)
        assert [item.step for item in work_of_referrals(place.manager)] == ["Approve or send back"]
        finance = a_colleague(place.officer, Role.FINANCE_OFFICER)
        acting(finance)
        assert list(work_of_referrals(finance)) == []

    def test_a_published_one_waits_on_providers_with_its_offers_sealed(self, place: Place) -> None:
        referral = place.published()
        an_offer(referral, place.settings[0])
        acting(place.officer)
        [item] = work_of_referrals(place.officer)
        assert (item.group, item.step_note, item.offers) == (Group.OTHERS, "1 of 2 answered", ("seal", "1 sealed"))

    def test_refused_attempts_are_told_too(self, place: Place) -> None:
        referral = a_referral_awaiting_approval(place.officer, place.lot)
        with pytest.raises(NotPermitted):
            publish_referral(referral, soon(), by=place.officer)
        assert entries_of(referral)[0].what == "Refused: approved and published"
        assert db.session.scalars(select(AuditEvent).where(AuditEvent.refused)).one().subject_id == referral.id


def statements_of(doing: Callable[[], object]) -> int:
    """How many statements reach the database, savepoints of the tests aside."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    connection = db.session.connection()
    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        doing()
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)
    return len(seen)
