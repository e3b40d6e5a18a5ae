"""The columns of the file, in its order, and where a blank one would come from."""

from typing import NamedTuple

#: how a place was bought, as the file writes it
PLATFORMS = {"framework": "Framework", "spot": "Spot", "block": "Block"}

NOT_HELD = "Harbour does not record it: add it from the case-management system."
FROM_THE_CHILD = "Add it on the child’s page."
FROM_THE_REFERRAL = "The referral’s form does not say."

IN_A_BLOCK = "A block place is paid by its contract: share the contract’s cost among its children by your own rule."


class Column(NamedTuple):
    """A column: its head, and what to do where it is blank. `always`: a blank is an answer (a stay that has not ended), not a lack."""

    name: str
    blank: str = ""
    always: bool = False


COLUMNS = (
    Column("Child ID", f"The child has no case-management number. {FROM_THE_CHILD}"),
    Column("DOB"),
    Column("Gender"),
    Column("Ethnicity", FROM_THE_CHILD),
    Column("Disability", NOT_HELD),
    Column("Category of need", FROM_THE_REFERRAL),
    Column("EHCP Y/N", FROM_THE_REFERRAL),
    Column("UASC Y/N", NOT_HELD),
    Column("Missing episodes", NOT_HELD),
    Column("Legal status", FROM_THE_REFERRAL),
    Column("Placement start"),
    Column("Placement end", always=True),
    Column("Care period start", NOT_HELD),
    Column("Reason for placement change", always=True),
    Column("Number of placements"),
    Column("Placement type", "It does not follow from the kind of setting: long-term fostering is another type than other fostering."),
    Column("Provider type", "The register does not say whether the provider is private or voluntary."),
    Column("Procurement platform"),
    Column("Procurement framework", always=True),
    Column("Ofsted URN", "The setting has none."),
    Column("Home postcode", FROM_THE_CHILD),
    Column("Placement postcode", "A foster carer’s postcode is not the agency’s; Harbour does not hold it."),
    Column("LA of placement", "A foster carer’s authority is not the agency’s; of other settings the register does not say."),
    Column("Total committed cost accrued in FY to date", IN_A_BLOCK),
    Column("Contributions from social care", IN_A_BLOCK),
    Column("Contributions from health", IN_A_BLOCK),
    Column("Contributions from education", IN_A_BLOCK),
)  # fmt: skip
HEADS = tuple(column.name for column in COLUMNS)
