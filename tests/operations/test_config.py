"""Settings: read from the environment, typed, and refused with a sentence when they cannot be meant."""

from pathlib import Path

import pytest

from foundation.config import Misconfigured, Settings, kept_secret


class TestReadingSettings:
    def test_an_empty_environment_is_a_working_one(self) -> None:
        settings = Settings.from_environment({})
        assert (settings.port, settings.mail_way, settings.is_embedded) == (8000, "outbox", True)

    def test_an_existing_database_is_reached_by_our_driver(self) -> None:
        settings = Settings.from_environment({"DATABASE_URL": "postgres://app:x@db/harbour"})
        assert settings.given_addresses.app == "postgresql+psycopg://app:x@db/harbour"
        assert not settings.is_embedded

    @pytest.mark.parametrize(
        ("environment", "way"),
        [({"SMTP_URL": "smtp://mail.example.org:25"}, "smtp"), ({"NOTIFY_KEY": "k"}, "notify"), ({}, "outbox")],
    )
    def test_letters_leave_by_what_is_set(self, environment: dict[str, str], way: str) -> None:
        assert Settings.from_environment(environment).mail_way == way

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "eight"),
            ("PORT", "0"),
            ("PORT", "70000"),
            ("DATABASE_URL", "mysql://db"),
            ("PUBLIC_URL", "harbour.example.org"),
            ("SMTP_URL", "mail.example.org"),
            ("LOAD_DEMO", "perhaps"),
            ("LOG_LEVEL", "loud"),
            ("PG_BIN", "/nowhere"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_by_name(self, name: str, value: str) -> None:
        with pytest.raises(Misconfigured, match=name):
            Settings.from_environment({name: value})


class TestTheSecretKey:
    def test_is_made_once_and_kept_privately(self, tmp_path: Path) -> None:
        settings = Settings.from_environment({"DATA_DIR": str(tmp_path)})
        assert settings.secret_key == settings.secret_key
        assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600

    def test_the_given_one_counts(self, tmp_path: Path) -> None:
        settings = Settings.from_environment({"DATA_DIR": str(tmp_path), "SECRET_KEY": "given"})
        assert settings.secret_key == "given"
        assert not (tmp_path / "secret_key").exists()

    def test_a_race_leaves_no_file_behind(self, tmp_path: Path) -> None:
        kept_secret(tmp_path / "secret_key")
        assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
