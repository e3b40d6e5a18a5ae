"""Applying to a lot, adding settings to an admission, taking an application back."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.files import StoredFile
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.tenancy import act_as_system
from marketplace.admission import Admission, AdmissionDocument, AdmissionSetting, AdmissionState
from marketplace.applying import Application, add_to_admission, apply_to_lot, withdraw_application
from marketplace.framework import Framework, Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Rate, Setting, SettingKind
from marketplace.uploads import Upload
from tests.makers.market import PDF, a_word_file, again, an_admission, an_application, an_application_of
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting, acting

Sessions = scoped_session[Session]
NOT_MANAGERS = [Role.PROVIDER_RESPONDER, Role.PROVIDER_FINANCE]


@pytest.fixture
def hub(session: Sessions) -> Organisation:
    return a_hub()


@pytest.fixture
def lot(hub: Organisation) -> Lot:
    return a_lot(hub, "special_school")


@pytest.fixture
def provider(session: Sessions) -> Organisation:
    return a_provider()


class TestApplyToLot:
    class TestDoesIt:
        def test_keeps_settings_rates_documents_and_statement(
            self, session: Sessions, hub: Organisation, lot: Lot, provider: Organisation
        ) -> None:
            applied = an_application(lot, provider)
            assert applied.state is AdmissionState.APPLIED
            assert session.scalars(select(Rate.amount)).all() == [Decimal("4200.00")]
            assert len(session.scalars(select(AdmissionSetting)).all()) == 1
            file = session.get_one(StoredFile, session.scalars(select(AdmissionDocument.file_id)).one())
            assert (file.media_type, file.shared_with_id) == ("application/pdf", hub.id)

        def test_a_word_document_is_taken(self, lot: Lot, provider: Organisation) -> None:
            setting = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL)
            by = acting(a_person(provider, Role.PROVIDER_MANAGER))
            brought = an_application_of(lot, setting)
            documents = {"Insurance certificate": Upload("cover.docx", a_word_file())}
            application = Application(brought.settings, brought.rates, documents, brought.statement)
            assert apply_to_lot(lot, application, by=by).reference.startswith("ADM-")

        def test_again_after_withdrawing_on_the_same_day(self, lot: Lot, provider: Organisation) -> None:
            first = an_application(lot, provider)
            setting = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL)
            by = acting(a_person(provider, Role.PROVIDER_MANAGER))
            withdraw_application(again(first), by=by)
            assert apply_to_lot(lot, an_application_of(lot, setting), by=by).reference != again(first).reference

    class TestWhoMayNot:
        @pytest.mark.parametrize("role", NOT_MANAGERS)
        def test_other_roles(self, session: Sessions, lot: Lot, provider: Organisation, role: Role) -> None:
            setting = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL)
            by = acting(a_person(provider, role))
            with pytest.raises(NotPermitted):
                apply_to_lot(lot, an_application_of(lot, setting), by=by)
            assert session.scalars(select(Admission)).all() == []

        def test_a_borough(self, lot: Lot, hub: Organisation, provider: Organisation) -> None:
            setting = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL)
            by = acting(a_person(a_borough(hub), Role.PLACEMENT_MANAGER))
            with pytest.raises(NotPermitted):
                apply_to_lot(lot, an_application_of(lot, setting), by=by)

    class TestWhenItMayNot:
        def test_a_closed_framework_outside_its_window(
            self, session: Sessions, hub: Organisation, provider: Organisation, move_clock: Callable[[datetime], None]
        ) -> None:
            lot = a_lot(hub)
            acting(a_person(hub, Role.HUB_MANAGER))
            framework = session.get_one(Framework, lot.framework_id)
            framework.admits_from, framework.admits_until = date(2026, 1, 12), date(2026, 2, 27)
            session.commit()
            setting = a_setting(provider)
            by = acting(a_person(provider, Role.PROVIDER_MANAGER))
            move_clock(datetime(2026, 3, 2, tzinfo=UTC))
            lot = session.get_one(Lot, lot.id)
            with pytest.raises(Invalid, match="12 January 2026 to 27 February 2026"):
                apply_to_lot(lot, an_application_of(lot, setting), by=by)
            move_clock(datetime(2026, 2, 2, tzinfo=UTC))
            assert apply_to_lot(lot, an_application_of(lot, setting), by=by).id

        @pytest.mark.parametrize(
            ("facts", "says"),
            [
                ({"kind": SettingKind.CHILDRENS_HOME}, "not of a type"),
                ({"age_from": None}, "youngest age"),
                ({"postcode": None}, "postcode"),
                ({"places": None, "vacancies": None}, "number of places"),
            ],
        )
        def test_a_setting_that_does_not_fit_or_is_incomplete(
            self, lot: Lot, provider: Organisation, facts: dict[str, object], says: str
        ) -> None:
            setting = a_setting(provider, **({"kind": SettingKind.SPECIAL_SCHOOL} | facts))
            by = acting(a_person(provider, Role.PROVIDER_MANAGER))
            with pytest.raises(Invalid, match=says) as refused:
                apply_to_lot(lot, an_application_of(lot, setting), by=by)
            assert refused.value.field == "settings"

        @pytest.mark.parametrize("amount", ["0", "-1", "1000000.00"])
        def test_an_impossible_rate(self, lot: Lot, provider: Organisation, amount: str) -> None:
            setting = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL)
            by = acting(a_person(provider, Role.PROVIDER_MANAGER))
            with pytest.raises(Invalid, match="above £0") as refused:
                apply_to_lot(lot, an_application_of(lot, setting, amount=amount), by=by)
            assert refused.value.field == f"rate_{setting.reference}_0"

        @pytest.mark.parametrize(
            ("name", "content", "says"),
            [
                ("cover.exe", b"MZ", "not a PDF, Word"),
                ("cover.pdf", b"MZ", "not what its name says"),
                ("cover.docx", b"PK\x03\x04 no archive", "not what its name says"),
                ("cover.pdf", b"", "empty"),
                ("cover.pdf", PDF + b" " * (20 * 1024 * 1024), "larger than 20 MB"),
            ],
        )
        def test_a_document_of_the_wrong_kind_or_size_leaves_nothing(
            self, session: Sessions, lot: Lot, provider: Organisation, name: str, content: bytes, says: str
        ) -> None:
            setting = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL)
            by = acting(a_person(provider, Role.PROVIDER_MANAGER))
            whole = an_application_of(lot, setting)
            application = Application(
                whole.settings, whole.rates, {"Insurance certificate": Upload(name, content)}, whole.statement
            )
            with pytest.raises(Invalid, match=says) as refused:
                apply_to_lot(lot, application, by=by)
            assert refused.value.field == "document_0"
            assert session.scalars(select(Admission)).all() == []

        def test_without_document_statement_or_setting(self, lot: Lot, provider: Organisation) -> None:
            setting = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL)
            by = acting(a_person(provider, Role.PROVIDER_MANAGER))
            whole = an_application_of(lot, setting)
            for lacking, field in (
                (Application(whole.settings, whole.rates, {}, whole.statement), "document_0"),
                (Application(whole.settings, whole.rates, whole.documents, " "), "statement"),
                (Application((), {}, whole.documents, whole.statement), "settings"),
                (Application(whole.settings, {}, whole.documents, whole.statement), f"rate_{setting.reference}_0"),
            ):
                with pytest.raises(Invalid) as refused:
                    apply_to_lot(lot, lacking, by=by)
                assert refused.value.field == field

    class TestWhatTheDatabaseRefuses:
        def test_a_second_live_application(self, lot: Lot, provider: Organisation) -> None:
            an_application(lot, provider)
            other = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL, name="Elm")
            by = acting(a_person(provider, Role.PROVIDER_MANAGER))
            with pytest.raises(IntegrityError, match="uq_admissions_one_live"):
                apply_to_lot(lot, an_application_of(lot, other), by=by)

        def test_another_provider_and_a_borough_see_nothing(
            self, session: Sessions, hub: Organisation, lot: Lot, provider: Organisation
        ) -> None:
            an_application(lot, provider)
            for stranger in (
                a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
                a_person(a_borough(hub), Role.PLACEMENT_OFFICER),
            ):
                acting(stranger)
                for table in (Admission, AdmissionDocument, StoredFile):
                    assert session.scalars(select(table.id)).all() == []

    class TestWhatIsRecordedAndWhoIsTold:
        def test_the_act_and_the_hub_s_managers(
            self, session: Sessions, hub: Organisation, lot: Lot, provider: Organisation
        ) -> None:
            applied = an_application(lot, provider)
            act_as_system()
            event = session.scalars(select(AuditEvent).where(AuditEvent.act == "apply_to_lot")).one()
            assert (event.subject_reference, event.about_id) == (again(applied).reference, hub.id)
            letter = session.scalars(select(Letter)).one()
            assert (letter.organisation_id, letter.to_roles) == (hub.id, ["hub_manager"])


class TestAddToAdmission:
    def test_brings_a_further_setting_in(
        self, session: Sessions, hub: Organisation, lot: Lot, provider: Organisation
    ) -> None:
        admitted = an_admission(lot, provider, a_person(hub, Role.HUB_MANAGER))
        other = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL, name="Elm")
        by = acting(a_person(provider, Role.PROVIDER_MANAGER))
        add_to_admission(again(admitted), an_application_of(lot, other), by=by)
        assert len(session.scalars(select(AdmissionSetting)).all()) == 2

    def test_not_the_same_setting_twice(self, session: Sessions, lot: Lot, provider: Organisation) -> None:
        setting = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL)
        setting_id = setting.id
        applied = an_application(lot, provider, setting)
        by = acting(a_person(provider, Role.PROVIDER_MANAGER))
        setting = session.get_one(Setting, setting_id)
        with pytest.raises(IntegrityError, match="uq_admission_settings"):
            add_to_admission(again(applied), an_application_of(lot, setting), by=by)

    def test_not_after_refusal_or_withdrawal(self, lot: Lot, provider: Organisation) -> None:
        applied = an_application(lot, provider)
        other = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL, name="Elm")
        by = acting(a_person(provider, Role.PROVIDER_MANAGER))
        withdraw_application(again(applied), by=by)
        with pytest.raises(NotNow):
            add_to_admission(again(applied), an_application_of(lot, other), by=by)

    def test_another_provider_does_not_even_find_it(self, lot: Lot, provider: Organisation) -> None:
        applied = an_application(lot, provider)
        acting(a_person(a_provider("Beech"), Role.PROVIDER_MANAGER))
        with pytest.raises(NoResultFound):
            again(applied)


class TestWithdrawApplication:
    def test_takes_it_back_and_tells_the_hub(self, session: Sessions, lot: Lot, provider: Organisation) -> None:
        applied = an_application(lot, provider)
        by = acting(a_person(provider, Role.PROVIDER_MANAGER))
        withdrawn = withdraw_application(again(applied), by=by)
        assert withdrawn.state is AdmissionState.WITHDRAWN
        act_as_system()
        assert "withdraws" in session.scalars(select(Letter.subject).where(Letter.act == "withdraw_application")).one()

    @pytest.mark.parametrize("role", NOT_MANAGERS)
    def test_not_by_other_roles(self, lot: Lot, provider: Organisation, role: Role) -> None:
        applied = an_application(lot, provider)
        by = acting(a_person(provider, role))
        with pytest.raises(NotPermitted):
            withdraw_application(again(applied), by=by)

    def test_not_once_decided(self, session: Sessions, hub: Organisation, lot: Lot, provider: Organisation) -> None:
        admitted = an_admission(lot, provider, a_person(hub, Role.HUB_MANAGER))
        by = acting(a_person(provider, Role.PROVIDER_MANAGER))
        with pytest.raises(NotNow):
            withdraw_application(again(admitted), by=by)
