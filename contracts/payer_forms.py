"""The fields in which payers are typed, for a draft and for a variation."""

import uuid
from collections.abc import Sequence

from wtforms import FieldList, Form, FormField, HiddenField

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.forms import VersionedForm
from marketplace.payer_shares import ImpossibleShares, PayerShares
from referrals.fee_fields import ShareField

MOST_FEES = 40


class PayersForm(Form):  # type: ignore[misc]  # WTForms has no types
    """The three shares of a fee, in per cent."""

    social_care = ShareField("Social care, %")
    education = ShareField("Education, %")
    health = ShareField("Health, %")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not any((field.data or "").strip() for field in (self.social_care, self.education, self.health))

    @property
    def payers(self) -> PayerShares:
        """What was typed; ImpossibleShares unless it totals 100."""
        return PayerShares(self.social_care.percent, self.education.percent, self.health.percent)

    def validate(self, extra_validators: object = None) -> bool:
        """Besides each share: they total 100."""
        fine: bool = super().validate(extra_validators)
        if not fine or self.is_empty:
            return fine
        try:
            return bool(self.payers)
        except ImpossibleShares as impossible:
            self.social_care.errors = [str(impossible)]
            return False


class PayerRow(PayersForm):
    """The payers of one fee of a draft."""

    line = HiddenField()

    def validate(self, extra_validators: object = None) -> bool:
        """No fee is left without payers."""
        fine = super().validate(extra_validators)
        if fine and self.is_empty:
            self.social_care.errors = ["Say who pays this fee: the shares must total 100%."]
            return False
        return fine


class ShareFeesForm(VersionedForm):
    """Who pays each fee of a draft."""

    fees = FieldList(FormField(PayerRow), max_entries=MOST_FEES)

    @classmethod
    def of(cls, agreement: Agreement, lines: Sequence[AgreementFeeLine]) -> "ShareFeesForm":
        """The form filled with the shares as they are."""
        form = cls(
            fees=[{"line": str(line.id)} | as_typed(line.reckoned.shares) for line in lines], version=agreement.version
        )
        for row, line in zip(form.fees, lines, strict=False):
            name_fields(row.form, line.label)
        return form

    @property
    def shares(self) -> dict[uuid.UUID, PayerShares]:
        """The payers that were typed, by fee line."""
        return {uuid.UUID(row.form.line.data): row.form.payers for row in self.fees}


def as_typed(shares: PayerShares) -> dict[str, str]:
    """Shares as they stand in the fields."""
    names = ("social_care", "education", "health")
    return {name: f"{share.normalize():f}" for name, share in zip(names, shares.percentages, strict=True)}


def name_fields(form: PayersForm, fee: str) -> None:
    """Give every field a label of its own: whose share of which fee."""
    for field, who in ((form.social_care, "Social care"), (form.education, "Education"), (form.health, "Health")):
        field.label.text = f"{who}’s share of {fee}"
