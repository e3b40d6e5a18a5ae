"""Letters about variations, notice and absences: act → who is told, in which words. None names a child."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from flask import current_app

from contracts.agreement import Agreement
from contracts.varying.absence import Absence
from contracts.varying.variation import Side, Variation
from foundation.formatting import day, money
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import OFFICERS, RESPONDERS
from marketplace.roles import Role

OF_PROVIDER = (Role.PROVIDER_MANAGER, Role.PROVIDER_FINANCE)
OF_BOROUGH = (*OFFICERS, Role.FINANCE_OFFICER)


def tell_proposed(variation: Variation, agreement: Agreement) -> None:
    """The borough's proposal goes to the provider, which must agree; the provider's to the placement manager, who decides."""
    if variation.side == Side.BOROUGH:
        organisation_id, roles, proposer = variation.provider_id, OF_PROVIDER, agreement.authority.name
        wanted = "Read it, and agree or refuse."
    else:
        organisation_id, roles, proposer = variation.authority_id, OFFICERS, agreement.provider.name
        wanted = "It waits for the placement manager’s approval."
    _tell(
        Act.PROPOSE_VARIATION, organisation_id, roles, variation, agreement,
        f"Variation {variation.number} of agreement {agreement.reference} is proposed",
        f"{proposer} proposes other fees for agreement {agreement.reference} from {day(variation.effective_on)}. {wanted}",
    )  # fmt: skip


def tell_agreed(variation: Variation, agreement: Agreement) -> None:
    """The borough's placement managers learn that it is their turn."""
    _tell(
        Act.AGREE_TO_VARIATION, variation.authority_id, [Role.PLACEMENT_MANAGER], variation, agreement,
        f"The provider agrees to variation {variation.number} of agreement {agreement.reference}",
        f"{agreement.provider.name} agrees to variation {variation.number} of agreement {agreement.reference}. It waits for"
        " the placement manager’s approval.",
    )  # fmt: skip


def tell_approved(variation: Variation, agreement: Agreement, arrears: Decimal) -> None:
    """Both sides learn that the fees change, from which day, and what is due for days that have passed."""
    due = "Nothing is due for days that have passed."
    if arrears:
        payer = agreement.authority.name if arrears > 0 else agreement.provider.name
        due = f"For the days that have passed {payer} owes {money(abs(arrears))} without VAT."
    body = (
        f"Variation {variation.number} of agreement {agreement.reference} is approved: its fees change from"
        f" {day(variation.effective_on)}. {due}"
    )
    subject = f"Variation {variation.number} of agreement {agreement.reference} is approved"
    _tell(Act.APPROVE_VARIATION, variation.provider_id, OF_PROVIDER, variation, agreement, subject, body)
    _tell(Act.APPROVE_VARIATION, variation.authority_id, OF_BOROUGH, variation, agreement, subject, body)


def tell_refused(variation: Variation, agreement: Agreement) -> None:
    """Both sides learn that nothing changes; the reason stands on its page."""
    subject = f"Variation {variation.number} of agreement {agreement.reference} is refused"
    body = f"Variation {variation.number} of agreement {agreement.reference} is refused. The fees stay as they are."
    _tell(Act.REFUSE_VARIATION, variation.provider_id, OF_PROVIDER, variation, agreement, subject, body)
    _tell(Act.REFUSE_VARIATION, variation.authority_id, OFFICERS, variation, agreement, subject, body)


def tell_withdrawn(variation: Variation, agreement: Agreement) -> None:
    """The other side learns that there is nothing left to decide."""
    organisation_id, roles = (
        (variation.provider_id, OF_PROVIDER) if variation.side == Side.BOROUGH else (variation.authority_id, OFFICERS)
    )
    _tell(
        Act.WITHDRAW_VARIATION, organisation_id, roles, variation, agreement,
        f"Variation {variation.number} of agreement {agreement.reference} is withdrawn",
        f"Variation {variation.number} of agreement {agreement.reference} is withdrawn. The fees stay as they are.",
    )  # fmt: skip


def tell_notice_given(agreement: Agreement) -> None:
    """Both sides learn which side gave notice and on which day the place ends; the reason stands on the page."""
    giver = agreement.authority.name if agreement.notice_by == Side.BOROUGH else agreement.provider.name
    _tell_both(
        Act.GIVE_NOTICE, agreement, f"Notice is given on agreement {agreement.reference}",
        f"{giver} has given notice on agreement {agreement.reference}. The place at {agreement.setting.name} ends on"
        f" {day(agreement.notice_ends_on)}: that day is the first that is no longer paid.",
    )  # fmt: skip


def tell_notice_withdrawn(agreement: Agreement) -> None:
    """Both sides learn that the placement goes on."""
    _tell_both(
        Act.WITHDRAW_NOTICE, agreement, f"Notice on agreement {agreement.reference} is withdrawn",
        f"The notice on agreement {agreement.reference} is withdrawn. The placement goes on as agreed.",
    )  # fmt: skip


def tell_absence_recorded(absence: Absence, agreement: Agreement) -> None:
    """The borough's officers learn that a record of nights away waits for them."""
    address = f"{current_app.config['SETTINGS'].public_url}/placements/{agreement.reference}/absences"
    write_letter(
        act=Act.RECORD_ABSENCE, organisation_id=absence.authority_id, to_roles=OFFICERS,
        subject=f"An absence is recorded under agreement {agreement.reference}",
        body=f"{agreement.provider.name} has recorded nights away under agreement {agreement.reference}. Confirm or refuse the"
        f" record.\n\n{address}",
    )  # fmt: skip


def tell_absence_decided(act: Act, absence: Absence, agreement: Agreement) -> None:
    """The provider learns the borough's answer, and what it takes off the fees."""
    address = f"{current_app.config['SETTINGS'].public_url}/placements/{agreement.reference}/absences"
    answer = "refused" if absence.reduction is None else "confirmed"
    effect = (
        "The fees stay as they are." if not absence.reduction else f"It takes {money(absence.reduction)} off the fees."
    )
    write_letter(
        act=act, organisation_id=absence.provider_id, to_roles=(*RESPONDERS, Role.PROVIDER_FINANCE),
        subject=f"Absence {absence.number} under agreement {agreement.reference} is {answer}",
        body=f"{agreement.authority.name} has {answer} absence {absence.number} under agreement {agreement.reference}. {effect}"
        f"\n\n{address}",
    )  # fmt: skip


def _tell_both(act: Act, agreement: Agreement, subject: str, body: str) -> None:
    whole = f"{body}\n\n{current_app.config['SETTINGS'].public_url}/placements/{agreement.reference}"
    for organisation_id, roles in (
        (agreement.provider_id, (*RESPONDERS, Role.PROVIDER_FINANCE)),
        (agreement.authority_id, OF_BOROUGH),
    ):
        write_letter(act=act, organisation_id=organisation_id, to_roles=roles, subject=subject, body=whole)


def _tell(
    act: Act, organisation_id: UUID, roles: Iterable[Role], variation: Variation, agreement: Agreement, subject: str, body: str
) -> None:  # fmt: skip
    base = current_app.config["SETTINGS"].public_url
    address = f"{base}/placements/{agreement.reference}/variations/{variation.number}"
    write_letter(act=act, organisation_id=organisation_id, to_roles=roles, subject=subject, body=f"{body}\n\n{address}")
