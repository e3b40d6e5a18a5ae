"""Credit notes within what a dispute left of a charge; invoices that name their own provider's charges; reversals by the hub"""

from alembic import op

from migrations.fencing import OVERSEEN, OWN_BOROUGH, OWN_PROVIDER, one_of

revision = "0019"
down_revision = "0018"

#: what a dispute took off a charge is not there to be credited; what one added is a charge of its own
CREDITED = """
    CREATE OR REPLACE FUNCTION credited_within_the_charge() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
    DECLARE charged scheduled_charges; left_net numeric; left_vat numeric;
    BEGIN
        SELECT * INTO charged FROM scheduled_charges WHERE id = NEW.charge_id FOR UPDATE;
        SELECT charged.net + coalesce(sum(least(net, 0)), 0), charged.vat + coalesce(sum(least(vat, 0)), 0)
        INTO left_net, left_vat FROM scheduled_charges WHERE adjusts_id = NEW.charge_id;
        SELECT left_net - coalesce(sum(net), 0), left_vat - coalesce(sum(vat), 0)
        INTO left_net, left_vat FROM credit_notes WHERE charge_id = NEW.charge_id;
        IF charged.id IS NULL OR charged.state NOT IN ('confirmed', 'adjusted', 'upheld')
            OR NEW.net > left_net OR NEW.vat > left_vat THEN
            RAISE EXCEPTION 'a credit note takes back no more than was charged'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_credit_notes_within_the_charge';
        END IF;
        RETURN NEW;
    END $$
"""
CREDITED_BEFORE = """
    CREATE OR REPLACE FUNCTION credited_within_the_charge() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
    DECLARE charged scheduled_charges; noted_net numeric; noted_vat numeric;
    BEGIN
        SELECT * INTO charged FROM scheduled_charges WHERE id = NEW.charge_id FOR UPDATE;
        SELECT coalesce(sum(net), 0), coalesce(sum(vat), 0) INTO noted_net, noted_vat
        FROM credit_notes WHERE charge_id = NEW.charge_id;
        IF charged.id IS NULL OR charged.state NOT IN ('confirmed', 'adjusted', 'upheld')
            OR noted_net + NEW.net > charged.net OR noted_vat + NEW.vat > charged.vat THEN
            RAISE EXCEPTION 'a credit note takes back no more than was charged'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_credit_notes_within_the_charge';
        END IF;
        RETURN NEW;
    END $$
"""
#: a charge of another's may not be taken as billed: the sub-select shows a provider its own alone
OWN_CHARGE = "charge_id IS NULL OR charge_id IN (SELECT c.id FROM scheduled_charges c)"
#: the hub takes back what an undone uplift claimed, and nothing else that a borough counts
HUB_REVERSES = "reverses_id IS NOT NULL AND source = 'uplift_avoided'"


def upgrade() -> None:
    op.execute(CREDITED)
    _insert("provider_invoices", f"{OWN_PROVIDER} AND state = 'received'")
    _insert("invoice_rows", f"{OWN_PROVIDER} AND state = 'received' AND ({OWN_CHARGE})")
    _insert("savings", one_of(OWN_BOROUGH, f"{OVERSEEN} AND (state = 'claimed' OR {HUB_REVERSES})"))


def downgrade() -> None:
    op.execute(CREDITED_BEFORE)
    for table in ("provider_invoices", "invoice_rows"):
        _insert(table, OWN_PROVIDER)
    _insert("savings", one_of(OWN_BOROUGH, f"{OVERSEEN} AND (state = 'claimed' OR reverses_id IS NOT NULL)"))


def _insert(table: str, condition: str) -> None:
    op.execute(f"ALTER POLICY {table}_insert ON {table} WITH CHECK ({condition})")
