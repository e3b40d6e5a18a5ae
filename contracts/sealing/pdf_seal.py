"""Putting the seal into a PDF, and checking it: the one place that knows pyHanko's ways.

The seal is a certifying signature (DocMDP: no changes allowed) in a hidden field, written at the end of the file: what stands before
is not touched. A visible field would have to stand in the paper's structure, which PDF/UA-1 asks and an added field cannot do.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

FIELD = SigFieldSpec(
    "Seal",
    invis_sig_settings=InvisSigSettings(set_print_flag=False, set_hidden_flag=True),
    readable_field_name="Seal of Harbour",
)
SAYS = PdfSignatureMetadata(
    field_name="Seal", md_algorithm="sha256", name="Harbour", reason="Sealed once both sides had signed",
    subfilter=SigSeedSubFilter.PADES, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seal:
    """What a check of the seal found. `problem` is empty where the paper is sealed by this key and unchanged."""

    problem: str = ""
    #: when the seal says that it was put on
    sealed_at: datetime | None = None

    @property
    def is_whole(self) -> bool:
        return not self.problem


def put_seal(paper: bytes, key: SimpleSigner) -> bytes:
    """The paper with its seal at the end."""
    signer = PdfSigner(SAYS, signer=key, new_field_spec=FIELD)
    return bytes(signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(paper))).getvalue())


def check_seal(content: bytes, key: SimpleSigner) -> Seal:
    """Read the seal out of the bytes and check it: every byte covered, none changed, signed with this key.

    The reader fails in as many ways as a file can be damaged: whatever it stumbles over is a broken seal.
    """
    try:
        found = PdfFileReader(BytesIO(content)).embedded_signatures
        if not found:
            return Seal("It carries no seal.")
        said = found[0].self_reported_timestamp
        context = ValidationContext(trust_roots=[key.signing_cert], allow_fetching=False, moment=said)
        status = validate_pdf_signature(found[0], context)
    except Exception:
        return Seal("It was changed: the seal can no longer be read.")
    if not (status.intact and status.valid) or status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return Seal("It was changed after it was sealed.", said)
    if not status.trusted:
        return Seal("It was sealed with another key than this installation’s.", said)
    return Seal("", said)
