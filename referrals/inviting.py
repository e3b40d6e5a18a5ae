"""Inviting the market: a referral goes to the providers of chosen settings, in waves."""

import uuid
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Select, func, select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import joined
from foundation.permission import Invalid, NotNow
from foundation.states import hold, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from referrals.fit import shown
from referrals.matching import Candidate, matches_of
from referrals.notices_answering import tell_invited
from referrals.referral import Invitation, Referral


def invite_wave(referral: Referral, setting_ids: Iterable[uuid.UUID], *, by: Actor) -> int:
    """A placement officer invites the providers of chosen settings as the referral's next wave; gives the wave's number.

    Only settings that are eligible at this moment, and no provider twice. The invitations are released at once, and each
    provider gets a letter that names no child.
    """
    with transaction():
        authorise(by, Act.INVITE_WAVE, referral)
        require(hold(referral), Act.INVITE_WAVE)
        if referral.is_closed_for_answers:
            raise NotNow("The deadline has passed, so nobody can be invited any more. Extend the deadline first.")
        chosen = _chosen(referral, set(setting_ids))
        wave = 1 + (db.session.scalar(_last_wave(referral)) or 0)
        db.session.add_all(_invitation(referral, of_one, wave, by) for of_one in chosen.values())
        particulars = {"wave": wave, "settings": sorted(c.setting.reference for of in chosen.values() for c in of)}
        record(Act.INVITE_WAVE, referral, by=by, after=particulars)
        tell_invited(referral, chosen)
    return wave


def _chosen(referral: Referral, setting_ids: set[uuid.UUID]) -> dict[uuid.UUID, list[Candidate]]:
    """The chosen settings by their provider, best fit first; every reason why one cannot be invited is said."""
    if not setting_ids:
        raise Invalid("Choose at least one setting to invite.", "settings")
    matches = matches_of(referral)
    _refuse_misfits(matches.ineligible, setting_ids)
    chosen = [candidate for candidate in matches.eligible if candidate.setting_id in setting_ids]
    if len(chosen) < len(setting_ids):
        raise Invalid("A chosen setting is not admitted to this lot. Choose again from the list.", "settings")
    again = {f"{each.provider_name} (wave {each.wave})" for each in chosen if each.wave is not None}
    if again:
        raise Invalid(
            f"Invited already: {joined(sorted(again))}. A provider is invited once to a referral.", "settings"
        )
    by_provider: dict[uuid.UUID, list[Candidate]] = defaultdict(list)
    for candidate in chosen:
        by_provider[candidate.provider_id].append(candidate)
    return by_provider


def _refuse_misfits(ineligible: Iterable[Candidate], setting_ids: set[uuid.UUID]) -> None:
    reasons = [
        f"{each.setting.name}: {' '.join(failure.sentence for failure in each.failures)}"
        for each in ineligible
        if each.setting_id in setting_ids
    ]
    if reasons:
        raise Invalid(f"Only eligible settings can be invited. {' '.join(reasons)}", "settings")


def _last_wave(referral: Referral) -> Select[int]:
    return select(func.max(Invitation.wave)).where(Invitation.referral_id == referral.id)


def _invitation(referral: Referral, candidates: list[Candidate], wave: int, by: Actor) -> Invitation:
    """A provider's invitation, naming its settings that fit and why: distances in bands, and nothing of other settings."""
    settings = [
        {
            "setting_id": str(each.setting_id),
            "name": each.setting.name,
            "score": shown(each.placed.fit.score),
            "why": [line.why for line in each.placed.fit.lines],
        }
        for each in candidates
        if each.placed
    ]
    return Invitation(
        id=uuid.uuid4(), referral_id=referral.id, authority_id=referral.authority_id,
        provider_id=candidates[0].provider_id, wave=wave, invited_by_id=by.person_id, invited_at=clock.now(),
        released_at=clock.now(), settings=settings, fit=shown(max(c.placed.fit.score for c in candidates if c.placed)),
    )  # fmt: skip
