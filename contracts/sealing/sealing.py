"""Sealing: once both sides have signed, the worker puts the installation's seal on the paper; anybody who may read it may check it."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from contracts.agreement import Agreement
from contracts.sealing.pdf_seal import check_seal, put_seal
from contracts.sealing.seal_key import installation_seal
from contracts.sealing.sealed_paper import SealedPaper, seal_of
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import NotFound
from foundation.transaction import transaction
from marketplace.actor import SYSTEM, Actor
from marketplace.acts import Act
from marketplace.policy import authorise


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check of an agreement's seal found, and against what."""

    sealed_at: datetime
    sha256: str
    signed_sha256: str
    certificate_sha256: str
    #: nothing where the paper is whole
    problem: str

    @property
    def is_whole(self) -> bool:
        return not self.problem


def seal_paper(agreement: Agreement, *, by: Actor = SYSTEM) -> SealedPaper | None:
    """The worker seals the signed paper, once. A cancelled agreement's paper, or one that is sealed already, it leaves alone."""
    with transaction():
        authorise(by, Act.SEAL_PAPER, agreement)
        found = seal_of(agreement)
        if found is not None or agreement.signed_file_id is None or agreement.cancelled_at is not None:
            return found
        signed = db.session.get_one(StoredFile, agreement.signed_file_id, options=[undefer(StoredFile.content)])
        own = installation_seal()
        paper = StoredFile.of(
            put_seal(signed.content, own.key), name=f"{agreement.reference}-sealed.pdf", media_type=signed.media_type,
            organisation_id=signed.organisation_id, shared_with_id=signed.shared_with_id, confidential=signed.confidential,
        )  # fmt: skip
        db.session.add(paper)
        db.session.flush()
        sealed = SealedPaper(
            id=uuid.uuid4(), agreement_id=agreement.id, authority_id=agreement.authority_id,
            provider_id=agreement.provider_id, file_id=paper.id, signed_sha256=signed.sha256, signed_size=signed.size,
            certificate_sha256=own.fingerprint, sealed_at=clock.now(),
        )  # fmt: skip
        db.session.add(sealed)
        record(
            Act.SEAL_PAPER, agreement, by=by, about=agreement.authority_id,
            after={"sha256": paper.sha256, "signed_sha256": signed.sha256},
        )  # fmt: skip
    return sealed


def check_paper(agreement: Agreement) -> Finding | None:
    """Check the seal on the agreement's paper now, byte by byte; None while there is no seal."""
    sealed = seal_of(agreement)
    if sealed is None:
        return None
    paper = db.session.scalar(
        select(StoredFile).where(StoredFile.id == sealed.file_id).options(undefer(StoredFile.content))
    )
    if paper is None:
        raise NotFound
    return Finding(
        sealed.sealed_at, paper.sha256, sealed.signed_sha256, sealed.certificate_sha256, _problem(paper, sealed)
    )


def _problem(paper: StoredFile, sealed: SealedPaper) -> str:
    seen = check_seal(paper.content, installation_seal().key)
    if seen.problem:
        return seen.problem
    if hashlib.sha256(paper.content).hexdigest() != paper.sha256:
        return "It is sealed, but it is not the file that was kept."
    if hashlib.sha256(paper.content[: sealed.signed_size]).hexdigest() != sealed.signed_sha256:
        return "It is sealed, but it does not hold the paper that was signed."
    return ""
