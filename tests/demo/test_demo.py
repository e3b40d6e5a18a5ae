"""The demo partnership: whole, invented, made through the verbs, and the same from the same seed."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, create_engine, pool, text

from demo.loading import CannotLoad, load_demo
from demo.organisations import invent_partnership
from demo.partnership import Provider
from demo.people import PASSWORD
from demo.plan import plan_year
from demo.quality import skill_of
from demo.sign_ins import demo_sign_ins
from foundation.audit_verifying import verify
from foundation.config import Addresses
from foundation.identifiers import NotAnIdentifier, ofsted_urn, school_urn
from marketplace.passwords import verify_password
from marketplace.register_file import read_register
from marketplace.register_row import RegisterRow
from marketplace.roles import Role, words
from tests.database import PROJECT, database_for_this_run
from tests.demo.conftest import PRESENT, load_small_demo
from tests.demo.facts import digest_of

REGISTER = PROJECT.parent / "shared" / "data" / "ofsted_providers_2025-03-31.csv"

pytestmark = pytest.mark.slow


class TestWhoIsThere:
    def test_the_twelve_boroughs_are_the_real_ones_with_their_projects(self, everything: Connection) -> None:
        joined = everything.execute(
            text("SELECT project, count(*), sum(yearly_contribution) FROM partnership_members GROUP BY 1 ORDER BY 1")
        ).all()
        assert [tuple(row) for row in joined] == [("LAC", 8, 240_000), ("SEND", 10, 0)]
        boroughs = everything.execute(text("SELECT count(*) FROM organisations WHERE kind = 'authority'")).scalar()
        assert boroughs == 12

    def test_there_is_a_sign_in_for_every_role_and_it_opens(self, everything: Connection) -> None:
        assert {sign_in.role for sign_in in demo_sign_ins()} == {words(role) for role in Role}
        for sign_in in demo_sign_ins():
            row = everything.execute(
                text("SELECT name, password_hash FROM people WHERE email = :email"), {"email": sign_in.email}
            ).one()
            assert row.name == sign_in.name
        assert verify_password(row.password_hash, PASSWORD)

    def test_sixty_two_providers_bring_a_hundred_and_fifty_settings(self, everything: Connection) -> None:
        with_accounts = "SELECT organisation_id FROM memberships"
        counted = f"SELECT count(*), count(DISTINCT provider_id) FROM settings WHERE provider_id IN ({with_accounts})"
        assert tuple(everything.execute(text(counted)).one()) == (150, 62)

    def test_two_homes_and_an_unregistered_place_are_outside_the_framework(self, everything: Connection) -> None:
        outside = (
            "SELECT urn FROM settings WHERE provider_id NOT IN (SELECT organisation_id FROM memberships) ORDER BY 1"
        )
        assert everything.scalars(text(outside)).all() == ["DM90001", "DM90002", None]


class TestWhatIsInvented:
    def test_no_setting_bears_a_number_that_a_register_could_hold(self, everything: Connection) -> None:
        for urn in everything.scalars(text("SELECT urn FROM settings WHERE urn IS NOT NULL")):
            for real in (ofsted_urn, school_urn):
                with pytest.raises(NotAnIdentifier):
                    real(urn)

    def test_no_provider_has_the_key_of_an_owner_in_the_register(self, everything: Connection) -> None:
        providers = everything.execute(
            text("SELECT owner_key, source FROM organisations WHERE kind = 'provider'")
        ).all()
        assert all(row.owner_key.startswith("demo:") for row in providers if row.source == "demo")
        keys = {row.owner_key for row in providers}
        if REGISTER.exists():
            with REGISTER.open("rb") as file:
                owners = {row.owner_key for row in read_register(file) if isinstance(row, RegisterRow)}
            assert not {key.removeprefix("demo:") for key in keys} & owners

    def test_no_letter_can_arrive_anywhere(self, everything: Connection) -> None:
        addresses = everything.scalars(text("SELECT email FROM people UNION SELECT contact_email FROM organisations"))
        assert all(address.endswith(".example") for address in addresses if address is not None)


class TestTheYear:
    def test_referrals_stand_in_every_state(self, everything: Connection) -> None:
        found = set(everything.scalars(text("SELECT DISTINCT state FROM referrals")))
        assert {"draft", "awaiting_approval", "published", "opened", "awarded"} <= found

    def test_agreements_wait_for_each_signature_and_some_are_lived(self, everything: Connection) -> None:
        found = set(everything.scalars(text("SELECT DISTINCT state FROM agreements")))
        assert {"draft", "issued", "signed_by_provider", "signed_by_borough"} <= found

    def test_every_act_is_in_a_chain_that_holds(self, in_the_demo: None, demo_addresses: Addresses) -> None:
        chains = list(verify(demo_addresses.maintenance))
        assert len(chains) > 50
        assert [fault for _, _, faults in chains for fault in faults] == []

    def test_the_clock_shows_the_present_again(self, everything: Connection) -> None:
        assert everything.execute(text("SELECT shift = '0' FROM clock")).scalar() is True

    def test_no_child_s_name_stands_in_a_letter_or_in_the_trail(self, everything: Connection) -> None:
        named = text(
            "SELECT count(*) FROM identities i JOIN children c ON c.id = i.child_id"
            " JOIN letters l ON l.subject || l.body LIKE '%' || i.family_name || '%'"
        )
        trailed = text(
            "SELECT count(*) FROM identities i JOIN audit_events e"
            " ON e.before::text || e.after::text LIKE '%' || i.family_name || '%'"
        )
        assert everything.execute(named).scalar() == 0
        assert everything.execute(trailed).scalar() == 0


class TestLoading:
    def test_the_same_seed_tells_the_same_year(self, tmp_path: Path) -> None:
        digests = set()
        for _ in range(2):
            with database_for_this_run() as own:
                load_small_demo(own, str(tmp_path), completed=2)
                engine = create_engine(own.maintenance, poolclass=pool.NullPool)
                with engine.connect() as connection:
                    digests.add(digest_of(connection))
        assert len(digests) == 1

    def test_another_seed_plans_another_year(self) -> None:
        begins = PRESENT - timedelta(days=365)
        partnership = invent_partnership()
        plans = [[*plan_year(partnership, begins, PRESENT, 9, Random(seed))] for seed in (1, 2)]
        assert plans[0] != plans[1]

    def test_a_database_in_use_is_left_alone(self, in_the_demo: None, demo_addresses: Addresses) -> None:
        with pytest.raises(CannotLoad, match="empty database only"):
            load_demo(demo_addresses, seed=1, tell=lambda line: None)


def test_those_whom_a_reader_signs_in_as_do_well() -> None:
    known = Provider(id=None, name="", domain="quillhaven.example")  # type: ignore[arg-type]
    assert skill_of(known) >= 0.75
