"""docker-compose.yml and docs/operations.md are kept true: every command exists, every variable is read and described."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from foundation import config

PROJECT = Path(__file__).resolve().parents[2]
OURS = ("migrate", "places", "web-1", "web-2", "worker")
OF_THE_POSTGRES_IMAGE = {"POSTGRES_PASSWORD"}
VARIABLE = re.compile(r"\$\{([A-Z_]+)")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="module")
def settings_read() -> set[str]:
    """The variables that config.py reads, by its own text."""
    source = Path(config.__file__).read_text(encoding="utf-8")
    return set(re.findall(r'read\.\w+\(\s*"([A-Z_]+)"', source))


def operations() -> str:
    return (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")


class TestComposeFile:
    def test_runs_the_web_twice_and_a_worker_on_one_postgres(self, compose: dict[str, Any]) -> None:
        assert set(compose["services"]) == {"postgres", *OURS}

    @pytest.mark.parametrize("name", OURS)
    def test_every_command_exists(self, compose: dict[str, Any], name: str, app: Flask) -> None:
        program, *words = compose["services"][name]["command"]
        if program == "flask":
            assert words[1] in app.cli.commands[words[0]].commands  # type: ignore[attr-defined]
        else:
            assert os.access(PROJECT / program, os.X_OK)

    @pytest.mark.parametrize("name", OURS)
    def test_every_variable_is_one_that_is_read(
        self, compose: dict[str, Any], name: str, settings_read: set[str]
    ) -> None:
        assert set(compose["services"][name]["environment"]) <= settings_read

    def test_the_roles_script_asks_for_what_the_container_is_given(self, compose: dict[str, Any]) -> None:
        script = (PROJECT / "deploy" / "postgres" / "create-roles.sh").read_text(encoding="utf-8")
        asked = set(re.findall(r"\$(HARBOUR_[A-Z_]+)", script))
        assert asked == set(compose["services"]["postgres"]["environment"]) - OF_THE_POSTGRES_IMAGE

    def test_every_mounted_file_exists(self, compose: dict[str, Any]) -> None:
        mounts = [mount.split(":")[0] for mount in compose["services"]["postgres"]["volumes"]]
        assert all((PROJECT / mount).exists() for mount in mounts if mount.startswith("."))

    def test_the_roles_script_makes_the_extensions_of_the_embedded_server(self) -> None:
        from_script = (PROJECT / "deploy" / "postgres" / "create-roles.sh").read_text(encoding="utf-8")
        made = set(re.findall(r"CREATE EXTENSION (\w+)", from_script))
        from_code = (PROJECT / "foundation" / "cluster_roles.py").read_text(encoding="utf-8")
        assert all(f'"{extension}"' in from_code for extension in made)

    def test_the_image_copies_files_that_exist(self) -> None:
        copied = re.findall(r"^COPY (.+) \./$", (PROJECT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
        assert all((PROJECT / name).exists() for line in copied for name in line.split())


class TestOperationsGuide:
    def test_describes_every_setting(self, settings_read: set[str]) -> None:
        assert {name for name in settings_read if f"`{name}`" not in operations()} == set()

    def test_describes_every_variable_of_the_compose_file(self) -> None:
        wanted = set(VARIABLE.findall((PROJECT / "docker-compose.yml").read_text(encoding="utf-8")))
        assert {name for name in wanted if f"`{name}`" not in operations()} == set()

    def test_names_scripts_that_exist(self) -> None:
        named = set(re.findall(r"`?(script/[a-z]+)", operations()))
        assert {name for name in named if not (PROJECT / name).exists()} == set()

    def test_names_commands_that_exist(self, app: Flask) -> None:
        named = re.findall(r"flask ([a-z]+)(?: ([a-z]+))?", operations())
        for group, command in named:
            assert group in app.cli.commands, group
            inner = getattr(app.cli.commands[group], "commands", {})
            assert not inner or command in inner, f"{group} {command}"
