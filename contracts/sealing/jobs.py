"""The worker's part: it seals a paper when both have signed, and at night every paper that was left unsealed."""

import uuid

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementState
from contracts.sealing.sealed_paper import SealedPaper
from contracts.sealing.sealing import seal_paper
from foundation.database import db
from foundation.files import StoredFile
from foundation.jobs import defer, job
from foundation.tenancy import act_as_system

#: how many a night: a seal takes some hundredths of a second
A_NIGHT = 5000


@job("agreements.seal")
def seal_what_was_signed(agreement_id: str) -> None:
    """Seal the signed paper of one agreement."""
    act_as_system()
    seal_paper(db.session.get_one(Agreement, uuid.UUID(agreement_id)))


@job("agreements.seal_rest", schedule="40 3 * * *")
def seal_what_is_left() -> None:
    """Put signed papers that have no seal yet on the queue, each by itself: those of before there were seals, and those that failed."""
    act_as_system()
    sealed = select(SealedPaper.id).where(SealedPaper.agreement_id == Agreement.id)
    left = (
        select(Agreement.id)
        .join(StoredFile, StoredFile.id == Agreement.signed_file_id)
        .where(
            ~sealed.exists(), Agreement.state != AgreementState.CANCELLED, StoredFile.media_type == "application/pdf"
        )
        .order_by(Agreement.issued_at)
        .limit(A_NIGHT)
    )
    for key in db.session.scalars(left).all():
        defer("agreements.seal", agreement_id=key)
    db.session.commit()
