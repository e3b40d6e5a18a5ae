"""The agreement's paper: laid out once when it is issued, and once more, with the signatures' certificate, when both have signed.

What was issued is kept as its text too, so that the signed paper repeats it to the letter whatever has changed since. The paper
says who the child is: both files are confidential, shared with the awarded provider alone, and never made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import undefer

from contracts.agreement import Agreement, AgreementFeeLine, AgreementOutcome, Signature
from contracts.award import Award
from contracts.costs import StayCost, stay_cost
from foundation.database import db
from foundation.documents import build_document
from foundation.files import StoredFile
from foundation.formatting import day_medium, day_plain, joined, money, unbroken
from foundation.web import render_plain
from marketplace.actor import Actor
from marketplace.framework import TermsVersion
from referrals.child import Identity
from referrals.offer import Offer

#: Between these marks of the template stand the signatures that are not there yet.
OPENS, CLOSES = "<!-- signatures -->", "<!-- end of signatures -->"
T = TypeVar("T", AgreementFeeLine, AgreementOutcome)

SEXES = {"M": "Male", "F": "Female", "U": "Not stated"}


@dataclass(frozen=True)
class Paper:
    """Everything that the paper says."""

    agreement: Agreement
    #: the awarded offer and the framework's terms; None for a place bought outside the framework
    offer: Offer | None
    terms: TermsVersion | None
    identity: Identity
    cost: StayCost
    outcomes: Sequence[AgreementOutcome]

    @property
    def imprint(self) -> str:
        """What stands at the foot of every page: framework, lot and terms, nothing of the child."""
        lot = self.agreement.lot
        if self.terms is None:
            return f"Bought outside {lot.framework.name}, lot {lot.number} · Conditions of this agreement alone"
        return (
            f"{lot.framework.name}, lot {lot.number} · Terms and conditions version {self.terms.number}"
            f" of {day_plain(self.terms.applies_from)}"
        )

    @property
    def child(self) -> list[tuple[str, str]]:
        """The identity block: the facts that there are."""
        who, agreed = self.identity, self.agreement
        known_as = f" (known as {who.known_as})" if who.known_as and who.known_as != who.first_name else ""
        facts = [
            ("Name", f"{who.first_name} {who.family_name}{known_as}"),
            ("Date of birth", f"{day_plain(who.date_of_birth)}, aged {agreed.age_at_start} on the first day"),
            ("Sex", SEXES[who.sex]),
            ("Unique pupil number", who.upn or ""),
            ("NHS number", who.nhs_number or ""),
            ("Case number", who.case_number or ""),
        ]
        return [(name, value) for name, value in facts if value]

    @property
    def fee_rows(self) -> list[list[str]]:
        """The fee lines, each with its rate, its days and its cost."""
        return [
            [
                line.label, line.rate, unbroken(day_medium(line.starts_on)),
                unbroken(day_medium(line.ends_on)) if line.ends_on else "the end", line.units, money(line.cost),
            ]
            for line in self.cost.lines
        ]  # fmt: skip

    @property
    def vat(self) -> str:
        """The VAT line by line."""
        return ". ".join(f"{line.label}: {line.vat}" for line in self.cost.lines if line.vat) + "."

    @property
    def payer_rows(self) -> list[list[str]]:
        """Who pays each fee."""
        return [
            [line.label, "; ".join(f"from {day_plain(day)}: {said}" if day else said for day, said in line.payers)]
            for line in self.cost.lines
        ]

    @property
    def payers(self) -> str:
        """What each bears in pounds."""
        return joined([f"{who.lower()} bears {money(amount)}" for who, amount in self.cost.by_payer])

    @property
    def outcome_rows(self) -> list[list[str]]:
        """The outcomes with their measures."""
        return [[said.domain, said.outcome, said.measure] for said in self.outcomes]

    @property
    def years(self) -> str:
        """What of the total falls into each financial year, where there are several."""
        if len(self.cost.years) < 2:
            return ""
        return "; " + joined([f"{money(spent)} in {year}" for year, spent in self.cost.years])


def paper_of(agreement: Agreement) -> Paper:
    """The paper as the record stands now."""
    lines = db.session.scalars(_of(AgreementFeeLine, agreement)).all()
    return Paper(
        agreement=agreement,
        offer=_awarded_offer(agreement),
        terms=db.session.get_one(TermsVersion, agreement.terms_version_id) if agreement.terms_version_id else None,
        identity=db.session.get_one(Identity, agreement.child_id),
        cost=stay_cost(agreement, lines, on=agreement.starts_on),
        outcomes=db.session.scalars(_of(AgreementOutcome, agreement)).all(),
    )


def draft_paper(agreement: Agreement) -> bytes:
    """A draft to read before it is issued: marked as one, kept nowhere."""
    return build_document(_text(paper_of(agreement))).content


def store_issued_paper(agreement: Agreement, by: Actor) -> StoredFile:
    """Lay the paper out as issued, and keep it and its text for both sides."""
    text = _text(paper_of(agreement))
    kept = _kept(agreement, text.encode(), "text/html", f"{agreement.reference}.html", by)
    paper = _kept(agreement, build_document(text).content, "application/pdf", f"{agreement.reference}.pdf", by)
    db.session.add_all([kept, paper])
    db.session.flush()
    agreement.issued_text_id, agreement.issued_file_id = kept.id, paper.id
    return paper


def store_signed_paper(agreement: Agreement, by: Actor) -> StoredFile:
    """Lay the issued text out with its signatures and certificate, once and for all, and keep it for both sides."""
    issued = db.session.get_one(StoredFile, agreement.issued_text_id, options=[undefer(StoredFile.content)])
    before, _, rest = issued.content.decode().partition(OPENS)
    after = rest.partition(CLOSES)[2]
    text = before + _certificate(agreement) + after
    paper = _kept(agreement, build_document(text).content, "application/pdf", f"{agreement.reference}-signed.pdf", by)
    db.session.add(paper)
    db.session.flush()
    agreement.signed_file_id = paper.id
    return paper


def _awarded_offer(agreement: Agreement) -> Offer | None:
    if agreement.award_id is None:
        return None
    return db.session.get_one(Offer, db.session.get_one(Award, agreement.award_id).offer_id)


def _text(paper: Paper) -> str:
    return render_plain(
        "documents/agreement.html",
        paper=paper,
        agreement=paper.agreement,
        author=paper.agreement.authority.name,
        stamp=paper.agreement.issued_at or paper.agreement.drawn_up_at,
    )


def _certificate(agreement: Agreement) -> str:
    signatures = db.session.scalars(
        select(Signature)
        .where(Signature.agreement_id == agreement.id)
        .order_by(Signature.signed_at, Signature.side.desc())
    ).all()
    return render_plain("documents/agreement_signatures.html", agreement=agreement, signatures=signatures)


def _kept(agreement: Agreement, content: bytes, media_type: str, name: str, by: Actor) -> StoredFile:
    return StoredFile.of(
        content, name=name, media_type=media_type, organisation_id=agreement.authority_id, confidential=True,
        shared_with_id=agreement.provider_id, stored_by_id=by.person_id,
    )  # fmt: skip


def _of(kind: type[T], agreement: Agreement) -> Select[T]:
    return select(kind).where(kind.agreement_id == agreement.id).order_by(kind.position)
