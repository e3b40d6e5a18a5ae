"""An export: a batch of approved charges and accepted credit notes as it was handed to a borough's finance system."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, Pounds


class ChargeExport(Keyed, Base):
    """A batch: what was in it never changes, and its file can be downloaded again. Each charge is in one batch at most."""

    __tablename__ = "charge_exports"
    __table_args__ = (UniqueConstraint("authority_id", "number"),)

    reference: Mapped[str] = mapped_column(unique=True)
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    #: the borough's first batch is 1
    number: Mapped[int]
    #: the month whose charges were asked for; None: all that waited
    month: Mapped[date | None]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_name: Mapped[str]
    rows: Mapped[int]
    net: Mapped[Pounds]
    vat: Mapped[Pounds]
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_files.id"))

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat
