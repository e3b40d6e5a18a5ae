"""`script/server`'s watch: what is in its way is said in a sentence, and a part that ends is started again."""

import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest

from foundation.children import Child, stop_all
from foundation.config import Settings
from foundation.supervisor import CannotStart, alone_on, refuse_a_taken_port
from foundation.web_server import web_command


def settings_at(folder: Path, **more: str) -> Settings:
    return Settings.from_environment({"DATA_DIR": str(folder), **more})


class TestStarting:
    def test_a_second_server_on_the_same_data_says_who_runs_already(self, tmp_path: Path) -> None:
        settings = settings_at(tmp_path)
        with alone_on(settings), pytest.raises(CannotStart, match="already runs"), alone_on(settings):
            pass

    def test_the_next_one_may_start_when_the_first_has_left(self, tmp_path: Path) -> None:
        settings = settings_at(tmp_path)
        for _ in range(2):
            with alone_on(settings):
                assert (tmp_path / "server.lock").exists()

    def test_a_taken_port_is_said_with_a_way_out(self, tmp_path: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as other:
            port = other.getsockname()[1]
            with pytest.raises(CannotStart, match=f"Port {port} cannot be had .* script/server"):
                refuse_a_taken_port(settings_at(tmp_path, PORT=str(port)))

    def test_the_web_server_listens_where_the_settings_say(self, tmp_path: Path) -> None:
        command = web_command(settings_at(tmp_path, PORT="8123", WEB_WORKERS="3"))
        assert "--port 8123 --workers 3" in " ".join(command)


class TestAChild:
    def test_that_ends_is_started_again_and_stops_when_asked(self, tmp_path: Path) -> None:
        child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], settings_at(tmp_path))
        child.start()
        assert child.process is not None
        child.process.kill()
        child.process.wait()
        child.started_at -= 100
        child.start_again_if_ended()
        assert not child.has_ended
        stop_all([child])
        assert child.has_ended

    def test_that_ends_at_once_is_given_a_pause(self, tmp_path: Path) -> None:
        child = Child("failing", [sys.executable, "-c", "print('why'); raise SystemExit(1)"], settings_at(tmp_path))
        child.start()
        assert child.process is not None
        first = child.process
        first.wait()
        child.started_at += 1000
        child.start_again_if_ended()
        assert child.process is first
        assert "why" in child.log.read_text()
