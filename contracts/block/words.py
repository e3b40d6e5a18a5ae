"""How block contracts are said on pages."""

from datetime import date

from contracts.block.block_contract import BlockContract, BlockKind, BlockState
from marketplace.acts import Act
from marketplace.fee_line import Unit

KINDS: dict[BlockKind, str] = {
    BlockKind.BLOCK: "Block",
    BlockKind.COST_AND_VOLUME: "Cost and volume",
    BlockKind.PILOT: "Pilot",
}
KIND_HINTS: dict[str, str] = {
    BlockKind.BLOCK: "A number of places, paid whether they are taken or not",
    BlockKind.COST_AND_VOLUME: "A guaranteed number of places, and a price for each place taken beyond it",
    BlockKind.PILOT: "Something new, judged on a day agreed beforehand",
}
UNITS: dict[Unit, str] = {Unit.NIGHT: "night", Unit.WEEK: "week", Unit.YEAR: "year"}

HAPPENED: dict[str, str] = {
    Act.DRAFT_BLOCK: "Drafted",
    Act.CHANGE_BLOCK: "Draft changed",
    Act.ISSUE_BLOCK: "Confirmed by the borough, and issued",
    Act.AGREE_BLOCK: "Confirmed by the provider",
    Act.WITHDRAW_BLOCK: "Withdrawn",
    Act.END_BLOCK: "Ended early",
}


def badge_of(contract: BlockContract, today: date) -> tuple[str, str]:
    """Where it stands on a day: whether it runs is a question about the clock."""
    match contract.state:
        case BlockState.DRAFT:
            return "none", "Draft"
        case BlockState.ISSUED:
            return "wait", "Provider to confirm"
        case BlockState.WITHDRAWN:
            return "bad", "Withdrawn"
    if today >= contract.paid_until:
        return "none", "Ended"
    return ("ok", "Running") if today >= contract.starts_on else ("wait", "Agreed, not begun")
