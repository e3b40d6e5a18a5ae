"""Importing Ofsted's register: the small invented file with every quirk, and the real one where it is."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.jobs import find_job
from foundation.permission import Invalid, NotPermitted
from foundation.tenancy import act_as_system
from marketplace.actor import SYSTEM, Actor
from marketplace.framework import RegisterImport
from marketplace.organisation import Organisation
from marketplace.register_import import import_of, import_register, rows_of, upload_register
from marketplace.roles import Kind, Role
from marketplace.setting import Setting, SettingKind
from tests.makers.standing import a_hub, a_person, a_provider, a_setting, acting

SMALL = (Path(__file__).parent.parent / "fixtures" / "register_small.csv").read_bytes()
REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "ofsted_providers_2025-03-31.csv"

Sessions = scoped_session[Session]


def imported(hub: Organisation, content: bytes = SMALL, *, all_the_same: bool = False) -> RegisterImport:
    """The file imported by the operator."""
    act_as_system()
    ordered = import_of(content, "register.csv", hub, SYSTEM, all_the_same=all_the_same)
    return import_register(ordered, rows_of(content), by=SYSTEM)


def kinds(of: RegisterImport) -> Counter[str]:
    return Counter(found["kind"] for found in of.findings)


def setting(session: Sessions, urn: str) -> Setting:
    session.expire_all()
    return session.scalars(select(Setting).where(Setting.urn == urn)).one()


@pytest.fixture
def hub(session: Sessions) -> Organisation:
    return a_hub()


class TestDoesIt:
    def test_rows_become_providers_and_settings(self, session: Sessions, hub: Organisation) -> None:
        done = imported(hub)
        assert (done.rows_read, done.settings_added, done.rows_skipped) == (8, 6, 2)
        home = setting(session, "9900001")
        assert (home.kind, home.places, home.authority_code, home.authority_name, home.rating) == (
            SettingKind.CHILDRENS_HOME, 3, "306", "Croydon", "Good",
        )  # fmt: skip
        assert home.name == "Children's home 9900001"
        owner = session.get_one(Organisation, home.provider_id)
        assert (owner.name, owner.kind, owner.prefix) == ("Larkfield Homes Limited", Kind.PROVIDER, "LAR")

    def test_spellings_of_an_owner_are_one_provider(self, session: Sessions, hub: Organisation) -> None:
        done = imported(hub)
        assert setting(session, "9900001").provider_id == setting(session, "9900002").provider_id
        assert kinds(done)["owner_spelt_otherwise"] == 2

    def test_a_row_without_owner_is_a_provider_of_its_own_and_reported(
        self, session: Sessions, hub: Organisation
    ) -> None:
        done = imported(hub)
        owner = session.get_one(Organisation, setting(session, "SC990004").provider_id)
        assert owner.owner_key == "urn:SC990004"
        assert kinds(done)["no_owner"] == 1

    def test_welsh_authorities_and_unknown_types_are_kept_and_reported(
        self, session: Sessions, hub: Organisation
    ) -> None:
        done = imported(hub)
        welsh, odd = setting(session, "9900005"), setting(session, "9900006")
        assert (welsh.authority_name, welsh.authority_code, odd.kind) == ("Cardiff", None, SettingKind.OTHER)
        assert kinds(done)["authority_not_in_list"] == 1
        assert kinds(done)["unknown_type"] == 1

    def test_the_same_file_again_changes_nothing(self, session: Sessions, hub: Organisation) -> None:
        imported(hub)
        before = session.execute(text("SELECT to_jsonb(s) FROM settings s ORDER BY urn")).scalars().all()
        owners = session.scalar(select(func.count()).select_from(Organisation))
        again = imported(hub)
        assert (again.providers_added, again.settings_added, again.settings_changed) == (0, 0, 0)
        assert again.settings_unchanged == 6
        session.expire_all()
        assert session.execute(text("SELECT to_jsonb(s) FROM settings s ORDER BY urn")).scalars().all() == before
        assert session.scalar(select(func.count()).select_from(Organisation)) == owners

    def test_a_changed_rating_is_taken_and_told(self, session: Sessions, hub: Organisation) -> None:
        imported(hub)
        done = imported(hub, SMALL.replace(b"10999001,Good,", b"10999001,Inadequate,", 1))
        assert setting(session, "9900001").rating == "Inadequate"
        assert done.settings_changed == 1
        said = next(found["said"] for found in done.findings if found["kind"] == "inadequate")
        assert said == "Changed: rating Good, now Inadequate."

    def test_what_the_provider_completed_stays(self, session: Sessions, hub: Organisation) -> None:
        imported(hub)
        agency = setting(session, "SC990003")
        agency.name, agency.places, agency.age_from, agency.postcode = "Amber Fostering", 12, 4, "SM1 1AA"
        session.commit()
        imported(hub, SMALL.replace(b",10999001,Good", b",10999002,Good").replace(b"CR0 1EA", b"CR0 1EB"))
        agency = setting(session, "SC990003")
        assert (agency.name, agency.places, agency.age_from, agency.postcode) == ("Amber Fostering", 12, 4, "SM1 1AA")

    def test_a_setting_that_is_gone_is_reported_and_stays(self, session: Sessions, hub: Organisation) -> None:
        imported(hub)
        shorter = b"\n".join(line for line in SMALL.split(b"\n") if b"9900006" not in line)
        done = imported(hub, shorter)
        assert [found["urn"] for found in done.findings if found["kind"] == "gone"] == ["9900006"]
        assert setting(session, "9900006").id

    def test_an_unclaimed_setting_passes_to_its_new_owner(self, session: Sessions, hub: Organisation) -> None:
        imported(hub)
        done = imported(hub, SMALL.replace(b"Tidewater\xe2\x80\x99s Care", b"Harvest Homes Ltd"))
        assert session.get_one(Organisation, setting(session, "9900006").provider_id).name == "Harvest Homes Ltd"
        assert kinds(done)["owner_changed"] == 1

    def test_a_claimed_setting_stays_and_the_change_is_reported(self, session: Sessions, hub: Organisation) -> None:
        imported(hub)
        held_by = setting(session, "9900006").provider_id
        session.execute(text("UPDATE organisations SET claimed_at = now() WHERE id = :id"), {"id": held_by})
        done = imported(hub, SMALL.replace(b"Tidewater\xe2\x80\x99s Care", b"Harvest Homes Ltd"))
        assert setting(session, "9900006").provider_id == held_by
        assert kinds(done)["owner_changed"] == 1

    def test_the_register_s_postcodes_are_put_on_the_map(
        self, session: Sessions, hub: Organisation, known_postcodes: None
    ) -> None:
        imported(hub)
        agency = setting(session, "SC990003")
        assert (agency.easting, agency.northing) == (532430, 165317)


class TestWhoMayNot:
    @pytest.mark.parametrize("role", [Role.HUB_ANALYST, Role.QUALITY_OFFICER, Role.AUDITOR])
    def test_others_of_the_hub(self, session: Sessions, hub: Organisation, role: Role) -> None:
        by = acting(a_person(hub, role))
        with pytest.raises(NotPermitted):
            upload_register(hub, SMALL, "register.csv", False, by=by)
        assert session.scalar(select(func.count()).select_from(RegisterImport)) == 0

    def test_a_provider(self, session: Sessions, hub: Organisation) -> None:
        by = acting(a_person(a_provider(), Role.PROVIDER_MANAGER))
        with pytest.raises(NotPermitted):
            upload_register(hub, SMALL, "register.csv", False, by=by)


class TestWhenItMayNot:
    def test_a_file_that_lost_more_than_a_fifth_asks_first(self, session: Sessions, hub: Organisation) -> None:
        imported(hub)
        shrunk = b"\n".join(line for line in SMALL.split(b"\n") if b"990000" not in line or b"9900001" in line)
        with pytest.raises(Invalid) as refused:
            imported(hub, shrunk)
        assert refused.value.field == "all_the_same"
        assert imported(hub, shrunk, all_the_same=True).finished_at

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"PK\x03\x04 a spreadsheet", "not a CSV"),
            (b"name,age\nTom,7\n", "few or none of the register's columns"),
            (SMALL[:-200], "incomplete or damaged"),
            (b"", "few or none"),
        ],
    )
    def test_a_bad_file_is_answered_at_once_and_nothing_imported(
        self, session: Sessions, hub: Organisation, content: bytes, says: str
    ) -> None:
        by = acting(a_person(hub, Role.HUB_MANAGER))
        with pytest.raises(Invalid, match=says) as refused:
            upload_register(hub, content, "register.csv", False, by=by)
        assert refused.value.field == "file"
        act_as_system()
        assert session.scalar(select(func.count()).select_from(Setting)) == 0


class TestWhatTheDatabaseRefuses:
    def test_an_import_that_both_finished_and_failed(self, session: Sessions, hub: Organisation) -> None:
        done = imported(hub)
        done.problem = "It broke off."
        with pytest.raises(Exception, match="ck_register_imports_finished_or_failed"):
            session.flush()

    def test_another_organisation_sees_no_import(self, session: Sessions, hub: Organisation) -> None:
        imported(hub)
        acting(a_person(a_provider(), Role.PROVIDER_MANAGER))
        assert session.scalars(select(RegisterImport.id)).all() == []


class TestWhatIsRecorded:
    def test_sending_and_importing(self, session: Sessions, hub: Organisation) -> None:
        by = acting(a_person(hub, Role.HUB_MANAGER, name="Priya Nair"))
        ordered = upload_register(hub, SMALL, "register.csv", False, by=by)
        find_job("register.import").work(import_id=str(ordered.id))
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.at)).all()
        assert {(event.act, event.person_name) for event in events} == {
            ("upload_register", "Priya Nair"), ("import_register", "Harbour"),
        }  # fmt: skip
        assert next(event for event in events if event.act == "import_register").after["settings_added"] == 6


class TestThePages:
    @pytest.fixture
    def manager(self, hub: Organisation) -> Actor:
        return a_person(hub, Role.HUB_MANAGER)

    def test_a_file_is_sent_watched_and_reported(
        self, session: Sessions, manager: Actor, client_as: Callable[[Actor], FlaskClient]
    ) -> None:
        client = client_as(manager)
        answer = client.post("/register", data={"file": (io.BytesIO(SMALL), "register.csv")})
        assert answer.status_code == 303
        assert client.get(answer.location).headers["Refresh"] == "2"
        assert "Refresh" not in client.get(f"{answer.location}?still=1").headers
        act_as_system()
        find_job("register.import").work(import_id=str(session.scalars(select(RegisterImport.id)).one()))
        report = client.get(answer.location + "?kind=no_owner").text
        assert "SC990004" in report
        assert "9900005" not in report
        assert "register.csv" in client.get("/register").text

    def test_a_bad_file_keeps_the_page_and_says_why(
        self, manager: Actor, client_as: Callable[[Actor], FlaskClient]
    ) -> None:
        answer = client_as(manager).post("/register", data={"file": (io.BytesIO(b"%PDF-1.7"), "register.pdf")})
        assert answer.status_code == 422
        assert "The file is not a CSV" in answer.text

    def test_no_file_at_all(self, manager: Actor, client_as: Callable[[Actor], FlaskClient]) -> None:
        assert "Choose the file" in client_as(manager).post("/register", data={}).text

    def test_another_organisation_is_refused(
        self, session: Sessions, client_as: Callable[[Actor], FlaskClient]
    ) -> None:
        client = client_as(a_person(a_provider(), Role.PROVIDER_MANAGER))
        assert client.get("/register").status_code == 403


class TestTheCommand:
    def test_imports_with_progress(self, app: Flask, session: Sessions, hub: Organisation, tmp_path: Path) -> None:
        file = tmp_path / "register.csv"
        file.write_bytes(SMALL)
        outcome = app.test_cli_runner().invoke(args=["register", "import", str(file)])
        assert outcome.exit_code == 0, outcome.output
        assert "1/5 Reading the file" in outcome.output

    def test_fails_with_a_sentence(self, app: Flask, session: Sessions, hub: Organisation, tmp_path: Path) -> None:
        file = tmp_path / "register.csv"
        file.write_bytes(SMALL[:-200])
        outcome = app.test_cli_runner().invoke(args=["register", "import", str(file)])
        assert outcome.exit_code != 0
        assert "incomplete or damaged" in outcome.output


class TestTheRealFile:
    @pytest.fixture
    def rows(self) -> list[dict[str, str]]:
        """The file's rows, read without our reader."""
        if not REAL.exists():
            pytest.skip("the real register is not at hand")
        text_of = REAL.read_text(encoding="utf-8-sig")
        lines = list(csv.reader(io.StringIO(text_of)))
        heading = next(place for place, line in enumerate(lines) if "URN" in line)
        names = [" ".join(name.split()) for name in lines[heading]]
        return [dict(zip(names, line, strict=True)) for line in lines[heading + 1 :] if line[1].strip()]

    @pytest.mark.slow
    def test_counts_are_the_file_s_own(self, session: Sessions, hub: Organisation, rows: list[dict[str, str]]) -> None:
        done = imported(hub, REAL.read_bytes())
        assert done.settings_added == len({row["URN"] for row in rows}) == 5600
        assert done.rows_skipped == 0
        assert kinds(done)["no_owner"] == sum(not row["Organisation which owns the provider"].strip() for row in rows)
        by_authority = session.scalar(select(func.count()).where(Setting.authority_name == "Croydon"))
        assert by_authority == sum(row["Local authority"] == "Croydon" for row in rows)
        places = session.scalar(select(func.sum(Setting.places)))
        assert places == sum(int(row["Places"]) for row in rows if row["Places"].isdigit())
        again = imported(hub, REAL.read_bytes())
        assert (again.providers_added, again.settings_added, again.settings_changed) == (0, 0, 0)


@pytest.fixture
def held_by_hand(hub: Organisation) -> Setting:
    """A setting that a provider added by hand, with a reference that the register holds too."""
    return a_setting(a_provider(), urn="9900001", name="Our own home", places=None)


class TestASettingAddedByHand:
    def test_takes_the_register_s_facts_and_keeps_its_name(
        self, session: Sessions, hub: Organisation, held_by_hand: Setting
    ) -> None:
        done = imported(hub)
        home = setting(session, "9900001")
        assert (home.name, home.places, home.rating) == ("Our own home", 3, "Good")
        assert kinds(done)["owner_changed"] == 1
