"""Inviting a wave: eligible settings only, no provider twice, letters that name no child."""

import pytest
from sqlalchemy import select

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotPermitted
from foundation.tenancy import SYSTEM_FENCE
from marketplace.roles import Role
from referrals.inviting import invite_wave
from referrals.referral import Invitation
from tests.makers.answers import an_officer, here, invited
from tests.makers.standing import a_borough, a_hub, a_person, acting, behind
from tests.referrals.published import Market


class TestInviteWave:
    def test_it_invites_the_providers_of_the_chosen_settings_as_the_next_wave(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        invited(market.referral, market.beech)
        rows = db.session.execute(select(Invitation.provider_id, Invitation.wave).order_by(Invitation.wave)).all()
        assert [tuple(row) for row in rows] == [(market.rowan.provider_id, 1), (market.beech.provider_id, 2)]

    def test_another_borough_s_officer_may_not(self, market: Market) -> None:
        stranger = acting(a_person(a_borough(a_hub(), "London Borough of Elsewhere"), Role.PLACEMENT_OFFICER))
        with pytest.raises(NotPermitted):
            invite_wave(market.referral, [market.rowan.id], by=stranger)

    def test_nobody_invited_is_refused(self, market: Market) -> None:
        officer = acting(an_officer(market.referral))
        with pytest.raises(Invalid, match="at least one"):
            invite_wave(here(market.referral), [], by=officer)

    def test_no_provider_is_invited_twice_and_it_says_so(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        officer = acting(an_officer(market.referral))
        with pytest.raises(Invalid, match=r"Oakfield Care Ltd \(wave 1\)"):
            invite_wave(here(market.referral), [market.rowan.id], by=officer)

    def test_the_letter_goes_to_the_provider_s_roles_and_names_no_child(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        with behind(SYSTEM_FENCE):
            letter = db.session.scalars(select(Letter)).one()
            said = letter.subject + letter.body
            assert letter.organisation_id == market.rowan.provider_id
            assert letter.to_roles == ["provider_manager", "provider_responder"]
        assert market.referral.reference in said
        assert "Zephyrine" not in said
        assert "Quillfeather" not in said

    def test_it_is_recorded(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "invite_wave")).one()
        assert event.after == {"wave": 1, "settings": [market.rowan.reference]}
        assert event.subject_reference == market.referral.reference
