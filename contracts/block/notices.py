"""Letters about block contracts: who is told, in which words."""

from collections.abc import Iterable
from uuid import UUID

from flask import current_app

from contracts.block.block_contract import BlockContract
from foundation.formatting import day, plural
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import OFFICERS
from marketplace.roles import Role

OF_PROVIDER = (Role.PROVIDER_MANAGER, Role.PROVIDER_FINANCE)
OF_BOROUGH = (*OFFICERS, Role.COMMISSIONER, Role.FINANCE_OFFICER)


def tell_issued(contract: BlockContract) -> None:
    """The provider's managers learn that it waits for their confirmation."""
    _tell(
        Act.ISSUE_BLOCK, contract.provider_id, [Role.PROVIDER_MANAGER], contract,
        f"Contract {contract.reference} is ready for you to confirm",
        f"{contract.authority.name} offers to pay for {plural(contract.places, 'place')} at {contract.setting.name} from"
        f" {day(contract.starts_on)}. Read contract {contract.reference} and confirm it.",
    )  # fmt: skip


def tell_agreed(contract: BlockContract) -> None:
    """The borough learns that the places are bought."""
    _tell(
        Act.AGREE_BLOCK, contract.authority_id, OF_BOROUGH, contract, f"Contract {contract.reference} is agreed",
        f"{contract.provider.name} has confirmed contract {contract.reference}: {plural(contract.places, 'place')} at"
        f" {contract.setting.name} are paid for from {day(contract.starts_on)}, taken or not.",
    )  # fmt: skip


def tell_withdrawn(contract: BlockContract) -> None:
    """The provider learns that there is nothing left to confirm."""
    _tell(
        Act.WITHDRAW_BLOCK, contract.provider_id, [Role.PROVIDER_MANAGER], contract,
        f"Contract {contract.reference} is withdrawn",
        f"{contract.authority.name} has withdrawn contract {contract.reference}. Nothing is bought by it.",
    )  # fmt: skip


def tell_ended(contract: BlockContract) -> None:
    """Both sides learn from which day on nothing is paid."""
    subject = f"Contract {contract.reference} ends early"
    body = (
        f"Contract {contract.reference} for places at {contract.setting.name} ends on {day(contract.ended_on)}: that day"
        " is the first that is no longer paid. Children who are still there need fees of their own from then on."
    )
    _tell(Act.END_BLOCK, contract.provider_id, OF_PROVIDER, contract, subject, body)
    _tell(Act.END_BLOCK, contract.authority_id, OF_BOROUGH, contract, subject, body)


def _tell(
    act: Act, organisation_id: UUID, roles: Iterable[Role], contract: BlockContract, subject: str, body: str
) -> None:
    address = f"{current_app.config['SETTINGS'].public_url}/contracts/blocks/{contract.reference}"
    write_letter(act=act, organisation_id=organisation_id, to_roles=roles, subject=subject, body=f"{body}\n\n{address}")
