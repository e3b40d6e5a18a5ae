"""The queue of work

Procrastinate's tables in a schema of their own, `queue`, which only the application's role may use. Its functions
are pinned to that schema: a verb defers work on its own connection, whose search path does not hold `queue`.
"""

from pathlib import Path

from alembic import op

revision = "0000"
down_revision = None

TABLES = Path(__file__).resolve().parent.parent / "sql" / "procrastinate_3_10.sql"
PIN_FUNCTIONS = """
DO $$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'queue'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = queue, pg_catalog', one);
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA queue")
    op.execute("SET LOCAL search_path = queue")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(TABLES.read_text(encoding="utf-8"))
    op.execute("SET LOCAL search_path = public")
    op.execute(PIN_FUNCTIONS)
    op.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA queue FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA queue TO harbour_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO harbour_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO harbour_app")
    op.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA queue TO harbour_app")
    op.execute("GRANT SELECT ON public.alembic_version TO harbour_app")


def downgrade() -> None:
    op.execute("REVOKE SELECT ON public.alembic_version FROM harbour_app")
    op.execute("DROP SCHEMA queue CASCADE")
