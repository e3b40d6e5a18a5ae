"""Making the file: a role that sees identity makes it for its borough; each making is written down with what stands in it."""

from contracts.section_251.filling import Filled, fill
from foundation import clock
from foundation.audit import record
from foundation.quarters import FinancialYear
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise


def make_section_251(year: FinancialYear, *, by: Actor) -> Filled:
    """An officer takes the file out. The trail keeps who, when, which year and which agreements, so that every child's opening is found."""
    with transaction():
        authorise(by, Act.MAKE_SECTION_251)
        filled = fill(by, year, clock.today())
        record(Act.MAKE_SECTION_251, None, by=by, after={"year": str(year), "agreements": list(filled.references)})
    return filled
