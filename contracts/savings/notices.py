"""Letters about the savings ledger: act → who is told. None names a child."""

from flask import current_app

from contracts.savings.plan import SavingsPlan
from contracts.savings.saving import Saving
from foundation.formatting import plural
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.roles import Role

#: who enters savings at a borough
ENTERERS = (Role.COMMISSIONER, Role.FINANCE_OFFICER)


def tell_entered(saving: Saving) -> None:
    """The borough's finance officers learn that an entry waits for one of them."""
    said = f"A saving waits for approval: {saving.reference}"
    body = f"{saving.entered_by_name} has entered a saving: {saving.title}. It counts once a finance officer has approved it."
    _tell(Act.ENTER_SAVING, saving, (Role.FINANCE_OFFICER,), said, body)


def tell_kept(plan: SavingsPlan, entries: int) -> None:
    """The same, for all entries of a savings plan."""
    said = f"{plural(entries, 'saving')} of a plan {'waits' if entries == 1 else 'wait'} for approval"
    body = f"{plan.uploaded_by_name} has put the savings plan “{plan.name}” into the ledger: {plural(entries, 'entry', 'entries')}."
    _write(Act.KEEP_SAVINGS_PLAN, plan, (Role.FINANCE_OFFICER,), said, body, "/money/savings/to-approve")


def tell_refused(saving: Saving, reason: str) -> None:
    """Those who enter savings read why one will not count."""
    said = f"Saving {saving.reference} is refused"
    _tell(Act.REFUSE_SAVING, saving, ENTERERS, said, f"{saving.decided_by_name} has refused {saving.title}: {reason}")


def tell_reversed(saving: Saving, reason: str) -> None:
    """Those who enter savings read that one counts no longer."""
    said = f"Saving {saving.reference} is reversed"
    _tell(Act.REVERSE_SAVING, saving, ENTERERS, said, f"{saving.title} was taken back by a new entry: {reason}")


def _tell(act: Act, saving: Saving, roles: tuple[Role, ...], subject: str, body: str) -> None:
    _write(act, saving, roles, subject, body, f"/money/savings/{saving.reference}")


def _write(act: Act, about: Saving | SavingsPlan, roles: tuple[Role, ...], subject: str, body: str, path: str) -> None:
    address = f"{current_app.config['SETTINGS'].public_url}{path}"
    write_letter(
        act=act, organisation_id=about.authority_id, to_roles=roles, subject=subject, body=f"{body}\n\n{address}"
    )
