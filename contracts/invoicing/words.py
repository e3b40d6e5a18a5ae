"""How schedules, charges, invoices and credit notes are said."""

from contracts.invoicing.credit_note import CreditNoteState
from contracts.invoicing.invoice import Finding, InvoiceState, RowState
from contracts.invoicing.schedule import ChargeOrigin, ChargeState, ScheduleState

S, C, F = ScheduleState, ChargeState, Finding

SCHEDULES: dict[ScheduleState, tuple[str, str]] = {
    S.ISSUED: ("wait", "Waits for the provider"),
    S.CONFIRMED: ("ok", "Confirmed"),
    S.DISPUTED: ("warn", "Disputed"),
    S.SETTLED: ("ok", "Settled"),
}
CHARGES: dict[ChargeState, tuple[str, str]] = {
    C.ISSUED: ("wait", "Waits"),
    C.CONFIRMED: ("ok", "Confirmed"),
    C.DISPUTED: ("warn", "Disputed"),
    C.ADJUSTED: ("ok", "Dispute accepted"),
    C.UPHELD: ("ok", "Charge stands"),
}
ORIGINS: dict[ChargeOrigin, str] = {
    ChargeOrigin.MONTH: "",
    ChargeOrigin.CHANGE: "Change of earlier months",
    ChargeOrigin.DISPUTE: "Agreed on dispute",
}
INVOICES: dict[InvoiceState, tuple[str, str]] = {
    InvoiceState.RECEIVED: ("wait", "Waits for the borough"),
    InvoiceState.APPROVED: ("ok", "Approved"),
    InvoiceState.QUERIED: ("warn", "Queried"),
}
#: each with a mark of its own shape: what is found does not hang on colour
FINDINGS: dict[Finding, tuple[str, str, str]] = {
    F.AGREED: ("ok", "Agreed", "check"),
    F.OVER: ("bad", "Over", "triangle"),
    F.UNDER: ("warn", "Under", "half"),
    F.UNKNOWN_CHILD: ("bad", "Unknown child", "cross"),
    F.UNKNOWN_FEE: ("bad", "Unknown fee", "cross"),
    F.BEFORE_START: ("bad", "Before the start", "stop"),
    F.AFTER_END: ("bad", "After the end", "stop"),
    F.DUPLICATE: ("warn", "Duplicate", "square"),
}
ROWS: dict[RowState, tuple[str, str]] = {
    RowState.RECEIVED: ("wait", "Waits"),
    RowState.APPROVED: ("ok", "Approved"),
    RowState.QUERIED: ("warn", "Queried"),
}
CREDIT_NOTES: dict[CreditNoteState, tuple[str, str]] = {
    CreditNoteState.ISSUED: ("wait", "Waits for the borough"),
    CreditNoteState.ACCEPTED: ("ok", "Accepted"),
}
