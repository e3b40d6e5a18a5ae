"""`flask doctor` and /healthz: what is wrong is said, with what to do; what is well is said to be well."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import create_engine, pool, text

from foundation import health
from foundation.config import Addresses, Settings
from foundation.doctor_database import examine_database
from foundation.doctor_machine import examine_machine
from foundation.migrating import head

NOWHERE = "postgresql+psycopg://harbour_app@127.0.0.1:1/harbour"


def problems(addresses: Addresses) -> dict[str, str]:
    return {found.subject: found.problem for found in examine_database(addresses) if found.problem}


class TestTheDatabasePart:
    def test_the_three_roles_of_our_own_cluster_are_right(self, addresses: Addresses) -> None:
        assert problems(addresses).keys() <= {"postcodes", "worker"}

    def test_an_application_that_passes_the_fence_is_found(self, addresses: Addresses) -> None:
        found = problems(replace(addresses, app=addresses.maintenance))
        assert "passes row security" in found["role harbour_maintenance is fenced"]

    def test_an_application_that_owns_the_tables_is_found(self, addresses: Addresses) -> None:
        assert "it owns" in problems(replace(addresses, app=addresses.owner))["the application owns nothing"]

    def test_a_fenced_maintenance_role_is_found(self, addresses: Addresses) -> None:
        found = problems(replace(addresses, maintenance=addresses.app))
        assert "in silence" in found["maintenance passes row security"]

    def test_a_database_that_is_down_is_found(self) -> None:
        assert list(problems(Addresses(NOWHERE, "", ""))) == ["database as app"]

    def test_a_moved_clock_is_found(self, addresses: Addresses) -> None:
        engine = create_engine(addresses.maintenance, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("UPDATE clock SET shift = '1 hour'"))
            try:
                assert "moved by 3600 seconds" in problems(addresses)["the application's clock"]
            finally:
                connection.execute(text("UPDATE clock SET shift = '0'"))


class TestTheMachinePart:
    def test_a_folder_that_is_missing_is_found(self, tmp_path: Path) -> None:
        settings = Settings.from_environment({"DATA_DIR": str(tmp_path / "absent")})
        assert "DATA_DIR" in {found.subject for found in examine_machine(settings) if found.problem}

    def test_two_ways_for_letters_are_one_too_many(self, tmp_path: Path) -> None:
        both = {"DATA_DIR": str(tmp_path), "SMTP_URL": "smtp://mail.example.org", "NOTIFY_KEY": "k"}
        found = [found.problem for found in examine_machine(Settings.from_environment(both)) if found.problem]
        assert "SMTP_URL and NOTIFY_KEY are both set." in found


class TestTheCommand:
    def test_ends_in_failure_and_says_why(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", NOWHERE)
        outcome = FlaskCliRunner(app).invoke(args=["doctor"])
        assert outcome.exit_code == 1
        assert "problem  database as app" in outcome.output
        assert "need attention" in outcome.output


class TestHealth:
    def test_is_200_when_it_can_serve(self, app: Flask) -> None:
        answer = app.test_client().get("/healthz")
        assert (answer.status_code, answer.json) == (200, {"serves": True})

    def test_is_503_with_the_reason_when_a_migration_is_missing(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(health, "newest_migration", lambda: "9999")
        answer = app.test_client().get("/healthz")
        assert answer.status_code == 503
        assert answer.json == {
            "serves": False,
            "reason": f"The database is at migration {head()}, the program at 9999: run flask db upgrade.",
        }

    def test_every_answer_carries_its_request_id(self, app: Flask) -> None:
        given = app.test_client().get("/healthz", headers={"X-Request-ID": "abcdef0123456789"})
        assert given.headers["X-Request-ID"] == "abcdef0123456789"
        assert (
            app.test_client().get("/healthz", headers={"X-Request-ID": "no good"}).headers["X-Request-ID"] != "no good"
        )
