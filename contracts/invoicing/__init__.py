"""Invoices: what a month's placements are charged, agreed between provider and borough, and handed to the finance system.

The *schedule* of a month is the borough's own bill to itself (self-billing): for each provider one row, a *charge*, for each fee line,
reckoned by the cost engine and frozen on the day. What changes later for a month that was charged stands as a charge of its own in the
next schedule (*change*), so that all schedules together always come to what the engine says. The provider *confirms* a charge or
*disputes* it; the borough accepts a dispute, which adds the difference, or *stands by* the charge. Or the provider sends its own *invoice*,
which is matched to the schedule row by row. A *credit note* takes back what was charged. An *export* hands approved charges to the
finance system, each once. Nothing here pays anybody.
"""
