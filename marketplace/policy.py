"""Who may do what: one row for each act. It answers *may she?* and *who may?*, prints docs/policy.md and feeds the tests."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from foundation.permission import NotPermitted
from foundation.states import is_possible
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.roles import Kind, Role

R = Role


class Party(StrEnum):
    """What the actor's organisation is to the thing."""

    ANYONE = "anyone with an account"
    OWN = "the organisation whose it is"
    AUTHORITY = "the borough whose it is"
    PROVIDER = "the provider whose it is"
    INVITED = "a provider invited to it"
    HUB = "the hub"
    ANY_AUTHORITY = "any borough"
    ANY_PROVIDER = "any provider"
    OPERATOR = "the operator, by a command or a job"


class Rule(NamedTuple):
    """A row of the policy: which organisation, in which roles, unless something forbids it to this very person."""

    parties: tuple[Party, ...]
    roles: frozenset[Role]
    unless: Callable[[Actor, Any], str | None] | None = None


def _rule(
    party: Party | Iterable[Party], *roles: Role, unless: Callable[[Actor, Any], str | None] | None = None
) -> Rule:
    return Rule((party,) if isinstance(party, Party) else tuple(party), frozenset(roles), unless)


def recommended_it(actor: Actor, subject: Any) -> str | None:
    """Whoever recommends does not award."""
    if actor.person_id is not None and actor.person_id == getattr(subject, "recommended_by_id", None):
        return "You recommended this offer, so somebody else must award it."
    return None


def wrote_it(actor: Actor, subject: Any) -> str | None:
    """Whoever sends a referral for approval does not approve it."""
    if actor.person_id is not None and actor.person_id == getattr(subject, "sent_for_approval_by_id", None):
        return "You sent this referral for approval, so somebody else must publish it."
    return None


def proposed_it(actor: Actor, subject: Any) -> str | None:
    """Whoever proposes a variation does not approve it."""
    if actor.person_id is not None and actor.person_id == getattr(subject, "proposed_by_id", None):
        return "You proposed this variation, so somebody else must approve it."
    return None


def came_from_this_provider(actor: Actor, subject: Any) -> str | None:
    """A provider withdraws its own proposal; it refuses the borough's."""
    if actor.kind is Kind.PROVIDER and getattr(subject, "side", None) == "provider":
        return "Your side proposed this variation: withdraw it instead."
    return None


def came_from_the_other_side(actor: Actor, subject: Any) -> str | None:
    """Each side withdraws what it proposed."""
    if getattr(subject, "side", None) != side_of(actor):
        return "The other side proposed this variation, so only it can withdraw it."
    return None


def the_other_side_gave_notice(actor: Actor, subject: Any) -> str | None:
    """Each side withdraws the notice that it gave."""
    if getattr(subject, "notice_by", None) not in (None, side_of(actor)):
        return "The other side gave notice, so only it can withdraw it."
    return None


def the_other_side_owns_it(actor: Actor, subject: Any) -> str | None:
    """Each side says of its own actions that they are done."""
    if getattr(subject, "owner", None) not in (None, side_of(actor)):
        return "The other side owns this action, so only it can say that it is done."
    return None


def side_of(actor: Actor) -> str:
    """Which party to an agreement the actor acts for."""
    return "provider" if actor.kind is Kind.PROVIDER else "borough"


def answered_it(actor: Actor, subject: Any) -> str | None:
    """Whoever countered or refused an uplift does not decide the appeal against it."""
    if actor.person_id is not None and actor.person_id == getattr(subject, "answered_by_id", None):
        return "You gave the answer that is appealed against, so somebody else must decide the appeal."
    return None


def entered_it(actor: Actor, subject: Any) -> str | None:
    """Whoever enters a saving does not approve it."""
    if actor.person_id is not None and actor.person_id == getattr(subject, "entered_by_id", None):
        return "You entered this saving, so another finance officer must approve it."
    return None


def proposed_the_purchase(actor: Actor, subject: Any) -> str | None:
    """Whoever proposes a spot purchase does not approve it."""
    if actor.person_id is not None and actor.person_id == getattr(subject, "proposed_by_id", None):
        return "You proposed this spot purchase, so somebody else must decide on it."
    return None


def decided_the_purchase(actor: Actor, subject: Any) -> str | None:
    """An emergency is reviewed afterwards by somebody who neither proposed nor approved it."""
    if actor.person_id is not None and actor.person_id == getattr(subject, "decided_by_id", None):
        return "You approved this spot purchase, so somebody else must review the emergency."
    if actor.person_id is not None and actor.person_id == getattr(subject, "proposed_by_id", None):
        return "You proposed this spot purchase, so somebody else must review the emergency."
    return None


OFFICERS = (R.PLACEMENT_OFFICER, R.PLACEMENT_MANAGER)
RESPONDERS = (R.PROVIDER_MANAGER, R.PROVIDER_RESPONDER)
NEGOTIATORS = (R.HUB_MANAGER, R.HUB_ANALYST)
ASKERS = (R.PROVIDER_MANAGER, R.PROVIDER_FINANCE)
SAVERS = (R.COMMISSIONER, R.FINANCE_OFFICER, R.HUB_ANALYST)
BUYERS = (R.COMMISSIONER, R.PLACEMENT_MANAGER)
MANAGERS = (R.PLACEMENT_MANAGER, R.HUB_MANAGER, R.PROVIDER_MANAGER)
EVERYBODY = tuple(Role)

POLICY: dict[Act, Rule] = {
    Act.SIGN_IN: _rule(Party.ANYONE, *EVERYBODY),
    Act.SIGN_OUT: _rule(Party.ANYONE, *EVERYBODY),
    Act.SIGN_OUT_EVERYWHERE: _rule((Party.ANYONE, Party.OPERATOR), *EVERYBODY),
    Act.ACCEPT_INVITATION: _rule(Party.ANYONE, *EVERYBODY),
    Act.CHANGE_PASSWORD: _rule(Party.ANYONE, *EVERYBODY),
    Act.ASK_FOR_NEW_PASSWORD: _rule(Party.ANYONE, *EVERYBODY),
    Act.RESET_PASSWORD: _rule(Party.ANYONE, *EVERYBODY),
    Act.SWITCH_ORGANISATION: _rule(Party.ANYONE, *EVERYBODY),
    Act.INVITE_PERSON: _rule((Party.OWN, Party.OPERATOR), *MANAGERS),
    Act.RENEW_JOINING: _rule(Party.OWN, *MANAGERS),
    Act.WITHDRAW_JOINING: _rule(Party.OWN, *MANAGERS),
    Act.CHANGE_ROLES: _rule(Party.OWN, *MANAGERS),
    Act.END_MEMBERSHIP: _rule(Party.OWN, *MANAGERS),
    Act.UPLOAD_REGISTER: _rule(Party.HUB, R.HUB_MANAGER),
    Act.READ_AUDIT_TRAIL: _rule(Party.ANYONE, *MANAGERS, R.DIRECTOR, R.AUDITOR),
    Act.IMPORT_REGISTER: _rule((Party.HUB, Party.OPERATOR), R.HUB_MANAGER),
    Act.ADD_PROVIDER: _rule(Party.HUB, R.HUB_MANAGER),
    Act.INVITE_PROVIDER: _rule(Party.HUB, R.HUB_MANAGER),
    Act.APPLY_TO_LOT: _rule(Party.ANY_PROVIDER, R.PROVIDER_MANAGER),
    Act.ADD_TO_ADMISSION: _rule(Party.PROVIDER, R.PROVIDER_MANAGER),
    Act.WITHDRAW_APPLICATION: _rule(Party.PROVIDER, R.PROVIDER_MANAGER),
    Act.ADMIT_PROVIDER: _rule(Party.HUB, R.HUB_MANAGER),
    Act.REFUSE_PROVIDER: _rule(Party.HUB, R.HUB_MANAGER),
    Act.SUSPEND_ADMISSION: _rule(Party.HUB, R.HUB_MANAGER),
    Act.LIFT_SUSPENSION: _rule(Party.HUB, R.HUB_MANAGER),
    Act.ADD_SETTING: _rule(Party.ANY_PROVIDER, R.PROVIDER_MANAGER),
    Act.CHANGE_SETTING: _rule(Party.PROVIDER, R.PROVIDER_MANAGER),
    Act.CONFIRM_VACANCIES: _rule(Party.PROVIDER, *RESPONDERS),
    Act.RECORD_CHILD: _rule(Party.ANY_AUTHORITY, *OFFICERS),
    Act.CHANGE_CHILD: _rule(Party.AUTHORITY, *OFFICERS),
    Act.OPEN_IDENTITY: _rule((Party.AUTHORITY, Party.PROVIDER), *OFFICERS, R.DIRECTOR, *RESPONDERS),
    Act.DRAFT_REFERRAL: _rule(Party.AUTHORITY, *OFFICERS),
    Act.SAVE_ANSWERS: _rule(Party.AUTHORITY, *OFFICERS),
    Act.SEND_FOR_APPROVAL: _rule(Party.AUTHORITY, *OFFICERS),
    Act.SEND_BACK: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER),
    Act.PUBLISH_REFERRAL: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, unless=wrote_it),
    Act.EXTEND_DEADLINE: _rule(Party.AUTHORITY, *OFFICERS),
    Act.WITHDRAW_REFERRAL: _rule(Party.AUTHORITY, *OFFICERS),
    Act.CLOSE_WITHOUT_AWARD: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER),
    Act.INVITE_WAVE: _rule(Party.AUTHORITY, *OFFICERS),
    Act.READ_REFERRAL: _rule(Party.INVITED, *RESPONDERS),
    Act.ASK_CLARIFICATION: _rule(Party.INVITED, *RESPONDERS),
    Act.ANSWER_CLARIFICATION: _rule(Party.AUTHORITY, *OFFICERS),
    Act.SUBMIT_OFFER: _rule(Party.INVITED, *RESPONDERS),
    Act.REVISE_OFFER: _rule(Party.PROVIDER, *RESPONDERS),
    Act.WITHDRAW_OFFER: _rule(Party.PROVIDER, *RESPONDERS),
    Act.DECLINE_REFERRAL: _rule(Party.INVITED, *RESPONDERS),
    Act.TAKE_BACK_DECLINE: _rule(Party.INVITED, *RESPONDERS),
    Act.OPEN_OFFERS: _rule(Party.AUTHORITY, *OFFICERS),
    Act.MARK_OFFER: _rule(Party.AUTHORITY, *OFFICERS, R.QUALITY_OFFICER),
    Act.RECORD_VIEW: _rule(Party.AUTHORITY, *OFFICERS),
    Act.LOCK_QUALITY: _rule(Party.AUTHORITY, *OFFICERS),
    Act.RECOMMEND_OFFER: _rule(Party.AUTHORITY, *OFFICERS),
    Act.AWARD_OFFER: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, R.DIRECTOR, unless=recommended_it),
    Act.UNDO_AWARD: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER),
    Act.DRAW_UP_AGREEMENT: _rule(Party.AUTHORITY, *OFFICERS),
    Act.CHANGE_AGREEMENT: _rule(Party.AUTHORITY, *OFFICERS),
    Act.ISSUE_AGREEMENT: _rule(Party.AUTHORITY, *OFFICERS),
    Act.SIGN_FOR_PROVIDER: _rule(Party.PROVIDER, R.PROVIDER_MANAGER),
    Act.SIGN_FOR_BOROUGH: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, R.DIRECTOR),
    Act.START_PLACEMENT: _rule(Party.AUTHORITY, *OFFICERS),
    Act.END_PLACEMENT: _rule(Party.AUTHORITY, *OFFICERS),
    Act.OPEN_RETURN: _rule((Party.PROVIDER, Party.OPERATOR), R.PROVIDER_MANAGER, R.PROVIDER_RESPONDER),
    Act.SAVE_RETURN: _rule(Party.PROVIDER, R.PROVIDER_MANAGER, R.PROVIDER_RESPONDER),
    Act.SEND_RETURN: _rule(Party.PROVIDER, R.PROVIDER_MANAGER),
    Act.QUERY_RETURN: _rule(Party.HUB, R.HUB_MANAGER, R.HUB_ANALYST, R.QUALITY_OFFICER),
    Act.ACCEPT_RETURN: _rule(Party.HUB, R.HUB_MANAGER, R.HUB_ANALYST, R.QUALITY_OFFICER),
    Act.ORDER_REPORTS: _rule((Party.HUB, Party.OPERATOR), R.HUB_MANAGER, R.HUB_ANALYST),
    Act.MAKE_REPORT: _rule(Party.OPERATOR),
    Act.READ_REPORT: _rule(Party.ANYONE, *EVERYBODY),
    Act.PROPOSE_VARIATION: _rule((Party.AUTHORITY, Party.PROVIDER), *OFFICERS, R.PROVIDER_MANAGER, R.PROVIDER_FINANCE),
    Act.AGREE_TO_VARIATION: _rule(Party.PROVIDER, R.PROVIDER_MANAGER),
    Act.APPROVE_VARIATION: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, unless=proposed_it),
    Act.REFUSE_VARIATION: _rule(
        (Party.AUTHORITY, Party.PROVIDER), R.PLACEMENT_MANAGER, R.PROVIDER_MANAGER, unless=came_from_this_provider
    ),
    Act.WITHDRAW_VARIATION: _rule(
        (Party.AUTHORITY, Party.PROVIDER),
        *OFFICERS,
        R.PROVIDER_MANAGER,
        R.PROVIDER_FINANCE,
        unless=came_from_the_other_side,
    ),
    Act.RECORD_ABSENCE: _rule(Party.PROVIDER, *RESPONDERS),
    Act.CONFIRM_ABSENCE: _rule(Party.AUTHORITY, *OFFICERS),
    Act.REFUSE_ABSENCE: _rule(Party.AUTHORITY, *OFFICERS),
    Act.GIVE_NOTICE: _rule((Party.AUTHORITY, Party.PROVIDER), *OFFICERS, R.PROVIDER_MANAGER),
    Act.WITHDRAW_NOTICE: _rule(
        (Party.AUTHORITY, Party.PROVIDER), *OFFICERS, R.PROVIDER_MANAGER, unless=the_other_side_gave_notice
    ),
    # moves and disruption meetings
    Act.MOVE_PLACEMENT: _rule(Party.AUTHORITY, *OFFICERS),
    Act.RECORD_DISRUPTION_MEETING: _rule(Party.AUTHORITY, *OFFICERS),
    Act.COMPLETE_DISRUPTION_ACTION: _rule(
        (Party.AUTHORITY, Party.PROVIDER), *OFFICERS, *RESPONDERS, unless=the_other_side_owns_it
    ),
    # the seal on a signed paper
    Act.SEAL_PAPER: _rule(Party.OPERATOR),
    # block, cost-and-volume and pilot contracts
    Act.DRAFT_BLOCK: _rule(Party.ANY_AUTHORITY, *BUYERS),
    Act.CHANGE_BLOCK: _rule(Party.AUTHORITY, *BUYERS),
    Act.ISSUE_BLOCK: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, R.DIRECTOR),
    Act.AGREE_BLOCK: _rule(Party.PROVIDER, R.PROVIDER_MANAGER),
    Act.WITHDRAW_BLOCK: _rule(Party.AUTHORITY, *BUYERS),
    Act.END_BLOCK: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, R.DIRECTOR),
    Act.TAKE_BLOCK_PLACE: _rule(Party.AUTHORITY, *OFFICERS),
    # uplift rounds
    Act.OPEN_UPLIFT_ROUND: _rule(Party.HUB, *NEGOTIATORS),
    Act.CHANGE_PARTICIPATION: _rule(Party.HUB, *NEGOTIATORS),
    Act.ENTER_INDEX: _rule(Party.HUB, *NEGOTIATORS),
    Act.CLOSE_UPLIFT_ROUND: _rule(Party.HUB, *NEGOTIATORS),
    Act.REQUEST_UPLIFT: _rule(Party.ANY_PROVIDER, *ASKERS),
    Act.WITHDRAW_UPLIFT_REQUEST: _rule(Party.PROVIDER, *ASKERS),
    Act.COMMENT_ON_UPLIFT: _rule(Party.ANY_AUTHORITY, R.COMMISSIONER, R.FINANCE_OFFICER),
    Act.COUNTER_UPLIFT: _rule(Party.HUB, *NEGOTIATORS),
    Act.ACCEPT_COUNTER: _rule(Party.PROVIDER, *ASKERS),
    Act.SPLIT_UPLIFT_REQUEST: _rule(Party.HUB, *NEGOTIATORS),
    Act.AGREE_UPLIFT: _rule(Party.HUB, *NEGOTIATORS),
    Act.REFUSE_UPLIFT: _rule(Party.HUB, *NEGOTIATORS),
    Act.APPEAL_UPLIFT: _rule(Party.PROVIDER, *ASKERS),
    Act.ALLOW_APPEAL: _rule(Party.HUB, *NEGOTIATORS, unless=answered_it),
    Act.DISMISS_APPEAL: _rule(Party.HUB, *NEGOTIATORS, unless=answered_it),
    Act.UNDO_UPLIFT: _rule(Party.HUB, R.HUB_MANAGER),
    # money: budgets, the Section 251 file
    Act.SET_BUDGET: _rule(Party.ANY_AUTHORITY, R.COMMISSIONER, R.FINANCE_OFFICER),
    Act.MAKE_SECTION_251: _rule(Party.ANY_AUTHORITY, *OFFICERS, R.DIRECTOR),
    # savings
    Act.ENTER_SAVING: _rule((Party.ANY_AUTHORITY, Party.HUB), *SAVERS),
    Act.APPROVE_SAVING: _rule(Party.AUTHORITY, R.FINANCE_OFFICER, unless=entered_it),
    Act.REFUSE_SAVING: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
    Act.RATE_SAVING: _rule(Party.AUTHORITY, R.COMMISSIONER, R.FINANCE_OFFICER),
    Act.REVERSE_SAVING: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
    Act.READ_SAVINGS_PLAN: _rule((Party.ANY_AUTHORITY, Party.HUB), *SAVERS),
    Act.KEEP_SAVINGS_PLAN: _rule((Party.AUTHORITY, Party.HUB), *SAVERS),
    Act.DISCARD_SAVINGS_PLAN: _rule((Party.AUTHORITY, Party.HUB), *SAVERS),
    # term dates and payers
    Act.ENTER_TERMS: _rule(Party.PROVIDER, R.PROVIDER_MANAGER, R.PROVIDER_FINANCE),
    Act.SHARE_FEES: _rule(Party.AUTHORITY, *OFFICERS, R.COMMISSIONER, R.FINANCE_OFFICER),
    # spot purchases
    Act.PROPOSE_SPOT_PURCHASE: _rule(Party.AUTHORITY, *OFFICERS),
    Act.APPROVE_SPOT_PURCHASE: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, R.DIRECTOR, unless=proposed_the_purchase),
    Act.REFUSE_SPOT_PURCHASE: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, R.DIRECTOR, unless=proposed_the_purchase),
    Act.WITHDRAW_SPOT_PURCHASE: _rule(Party.AUTHORITY, *OFFICERS),
    Act.DRAW_UP_SPOT_AGREEMENT: _rule(Party.AUTHORITY, *OFFICERS),
    Act.RECORD_SIGNED_PAPER: _rule(Party.AUTHORITY, *OFFICERS),
    Act.RECORD_PROVIDERS_WORD: _rule(Party.AUTHORITY, *OFFICERS),
    Act.RECORD_OFSTED_TOLD: _rule(Party.AUTHORITY, *OFFICERS, R.DIRECTOR),
    Act.REVIEW_SPOT_PURCHASE: _rule(Party.AUTHORITY, *OFFICERS, R.QUALITY_OFFICER, R.DIRECTOR),
    Act.REVIEW_EMERGENCY: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, R.DIRECTOR, unless=decided_the_purchase),
    Act.CONVERT_SPOT_PURCHASE: _rule(Party.AUTHORITY, R.PLACEMENT_MANAGER, R.DIRECTOR),
    # invoices
    Act.MAKE_SCHEDULES: _rule((Party.AUTHORITY, Party.OPERATOR), R.FINANCE_OFFICER),
    Act.DISPUTE_CHARGE: _rule(Party.PROVIDER, *ASKERS),
    Act.TAKE_BACK_DISPUTE: _rule(Party.PROVIDER, *ASKERS),
    Act.CONFIRM_SCHEDULE: _rule(Party.PROVIDER, *ASKERS),
    Act.DISPUTE_SCHEDULE: _rule(Party.PROVIDER, *ASKERS),
    Act.ACCEPT_DISPUTE: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
    Act.STAND_BY_CHARGE: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
    Act.SETTLE_SCHEDULE: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
    Act.SEND_INVOICE: _rule(Party.PROVIDER, *ASKERS),
    Act.APPROVE_INVOICE: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
    Act.QUERY_INVOICE: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
    Act.ISSUE_CREDIT_NOTE: _rule(Party.PROVIDER, *ASKERS),
    Act.ACCEPT_CREDIT_NOTE: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
    Act.EXPORT_CHARGES: _rule(Party.AUTHORITY, R.FINANCE_OFFICER),
}


def stands_as(party: Party, actor: Actor, subject: Any) -> bool:
    """Whether the actor's organisation is that to the thing."""
    own = actor.organisation_id
    match party:
        case Party.OPERATOR:
            return actor.is_system
        case Party.ANYONE:
            return actor.person_id is not None
        case Party.HUB:
            return actor.kind is Kind.HUB
        case Party.ANY_AUTHORITY:
            return actor.kind is Kind.AUTHORITY
        case Party.ANY_PROVIDER:
            return actor.kind is Kind.PROVIDER
        case Party.INVITED:
            return actor.kind is Kind.PROVIDER and subject.is_invited(own)
        case Party.OWN:
            return own is not None and getattr(subject, "organisation_id", None) == own
        case Party.AUTHORITY:
            return actor.kind is Kind.AUTHORITY and getattr(subject, "authority_id", None) == own
        case Party.PROVIDER:
            return actor.kind is Kind.PROVIDER and getattr(subject, "provider_id", None) == own


def refusal_of(actor: Actor, act: Act, subject: Any = None) -> str | None:
    """Why the actor may not, in a sentence; None when the actor may."""
    rule = POLICY[act]
    if actor.is_system and Party.OPERATOR in rule.parties:
        return None
    if not actor.roles & rule.roles:
        return "Your role does not allow this."
    if not any(stands_as(party, actor, subject) for party in rule.parties):
        return "This belongs to another organisation."
    return rule.unless(actor, subject) if rule.unless else None


def authorise(by: Actor, act: Act, subject: Any = None) -> None:
    """Raise `NotPermitted` unless the actor may do the act to the thing."""
    reason = refusal_of(by, act, subject)
    if reason is not None:
        raise NotPermitted(act, by, subject, reason)


def permits(actor: Actor, act: Act, subject: Any = None) -> bool:
    """Whether the actor may do the act, state aside."""
    return refusal_of(actor, act, subject) is None


def may(actor: Actor, act: Act, subject: Any) -> bool:
    """Permitted and possible: whether the button shows."""
    return permits(actor, act, subject) and is_possible(subject, act)
