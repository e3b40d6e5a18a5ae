"""Signing: the provider first, then the borough; each by their own name, typed after the password was asked again."""

from sqlalchemy import select

from contracts.agreement import Agreement, Signature
from contracts.notices import tell_signed_by_borough, tell_signed_by_provider
from contracts.papers import store_signed_paper
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.jobs import defer
from foundation.permission import Invalid, NotNow
from foundation.states import hold, is_possible, move, require, require_version
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import POLICY, authorise
from marketplace.roles import words

#: Whose turn it is, said to whoever comes at another's.
NOT_THEIR_TURN = {
    "draft": "This agreement is a draft. It is signed once it has been issued.",
    "issued": "The provider signs first, and has not signed yet.",
    "signed_by_provider": "The provider has signed already. The borough signs next.",
    "signed_by_borough": "Both sides have signed already.",
    "active": "Both sides have signed already, and the placement has started.",
    "notice": "Both sides have signed already, and the placement has started.",
    "ended": "Both sides have signed already, and the placement has ended.",
    "cancelled": "This agreement was cancelled when the award was undone.",
}


def sign_for_provider(agreement: Agreement, typed_name: str, *, version: int | None = None, by: Actor) -> Signature:
    """A provider's manager signs the issued paper; the borough is asked for its signature."""
    with transaction():
        authorise(by, Act.SIGN_FOR_PROVIDER, agreement)
        require_turn(hold(agreement), Act.SIGN_FOR_PROVIDER, version)
        signature = _signature(agreement, "provider", typed_name, Act.SIGN_FOR_PROVIDER, by)
        move(agreement, Act.SIGN_FOR_PROVIDER)
        record(
            Act.SIGN_FOR_PROVIDER, agreement, by=by, about=agreement.authority_id,
            after={"sha256": signature.document_sha256},
        )  # fmt: skip
        tell_signed_by_provider(agreement)
    return signature


def sign_for_borough(agreement: Agreement, typed_name: str, *, version: int | None = None, by: Actor) -> Signature:
    """A placement manager or director signs after the provider: the signed paper is made, once.

    The worker seals it as soon as this has committed.
    """
    with transaction():
        authorise(by, Act.SIGN_FOR_BOROUGH, agreement)
        require_turn(hold(agreement), Act.SIGN_FOR_BOROUGH, version)
        signature = _signature(agreement, "borough", typed_name, Act.SIGN_FOR_BOROUGH, by)
        paper = store_signed_paper(agreement, by)
        move(agreement, Act.SIGN_FOR_BOROUGH)
        record(
            Act.SIGN_FOR_BOROUGH, agreement, by=by, about=agreement.provider_id,
            after={"sha256": signature.document_sha256, "signed_sha256": paper.sha256},
        )  # fmt: skip
        defer("agreements.seal", agreement_id=agreement.id)
        tell_signed_by_borough(agreement)
    return signature


def require_turn(agreement: Agreement, act: Act, version: int | None = None) -> None:
    """The states in their order, in words that say who signs next; then that nothing moved since the page was opened."""
    if not is_possible(agreement, act) and act in (Act.SIGN_FOR_PROVIDER, Act.SIGN_FOR_BOROUGH):
        raise NotNow(NOT_THEIR_TURN[agreement.state])
    require(agreement, act)
    if version is not None:
        require_version(agreement, version)


def _signature(agreement: Agreement, side: str, typed_name: str, act: Act, by: Actor) -> Signature:
    """The signature of the issued paper, by the account's own name."""
    require_own_name(typed_name, by)
    role = next(role for role in sorted(POLICY[act].roles, reverse=True) if role in by.roles)
    paper = db.session.scalars(select(StoredFile.sha256).where(StoredFile.id == agreement.issued_file_id)).one()
    signature = Signature(
        agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id, side=side,
        person_id=by.person_id, typed_name=by.name, role=words(role), signed_at=clock.now(), document_sha256=paper,
    )  # fmt: skip
    db.session.add(signature)
    db.session.flush()
    return signature


def require_own_name(typed_name: str, by: Actor) -> None:
    """Whoever signs or confirms types the account's own name; case and spaces are forgiven."""
    if _plain(typed_name) != _plain(by.name):
        raise Invalid(f"Type your name as your account has it: {by.name}.", "typed_name")


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
