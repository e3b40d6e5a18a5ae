"""The drill: what was backed up is there again, the fence included, and never over what is there."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from foundation.backup import commands
from foundation.cluster import DATABASE, Cluster
from foundation.config import Settings
from foundation.migrating import head, migrate

pytestmark = pytest.mark.slow
FENCED = "SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
COUNTS = {
    "tables": "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'queue')",
    "policies": "SELECT count(*) FROM pg_policies",
    "fenced": FENCED,
    "grants": "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'harbour_app'",
    "comments": "SELECT count(*) FROM pg_description WHERE objoid = 'queue.procrastinate_jobs'::regclass",
    "functions": "SELECT count(*) FROM pg_proc WHERE pronamespace IN ('public'::regnamespace, 'queue'::regnamespace)",
}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="harbour-test-"))
    folder.chmod(0o755)
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "MAINTENANCE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(folder))
    made = Cluster(Settings.from_environment(), durable=False)
    made.start()
    migrate(made.addresses().owner)
    yield made
    made.stop()
    shutil.rmtree(folder)


def ask(cluster: Cluster, *statements: str) -> list[object]:
    with psycopg.connect(cluster.addresses().maintenance.replace("+psycopg", "")) as connection:
        rows = [connection.execute(statement.encode()).fetchone() for statement in statements]
    return [row[0] if row else None for row in rows]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(commands, list(arguments))


class TestBackupAndRestore:
    def test_bring_back_every_row_and_the_fence(self, cluster: Cluster, tmp_path: Path) -> None:
        added = "INSERT INTO queue.procrastinate_jobs (queue_name, task_name) VALUES ('default', 'kept') RETURNING task_name"
        with psycopg.connect(cluster.addresses().owner.replace("+psycopg", "")) as connection:
            connection.execute("COMMENT ON TABLE queue.procrastinate_jobs IS 'kept'")
        before = ask(cluster, added, *COUNTS.values())
        assert invoke("dump", str(tmp_path / "dump")).exit_code == 0
        cluster.drop_database(DATABASE)
        cluster.create_database(DATABASE)
        restored = invoke("restore", str(tmp_path / "dump"))
        assert restored.exit_code == 0, restored.output
        kept = "SELECT task_name FROM queue.procrastinate_jobs"
        assert ask(cluster, kept, *COUNTS.values()) == before
        assert ask(cluster, "SELECT version_num FROM alembic_version", FENCED)[0] == head()

    def test_a_dump_is_private(self, cluster: Cluster, tmp_path: Path) -> None:
        invoke("dump", str(tmp_path / "dump"))
        assert (tmp_path / "dump").stat().st_mode & 0o777 == 0o600

    def test_a_restore_over_what_is_there_is_refused(self, cluster: Cluster, tmp_path: Path) -> None:
        invoke("dump", str(tmp_path / "dump"))
        refused = invoke("restore", str(tmp_path / "dump"))
        assert refused.exit_code == 1
        assert "not empty" in refused.output
