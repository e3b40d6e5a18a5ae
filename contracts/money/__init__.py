"""Money: what placements cost so far, what they will cost by the year's end, and what was set aside for them.

An *accrual* is what a month cost, agreement by agreement, whether an invoice came or not. A *budget* is what a borough sets aside for a
*service* (the lots of one key: residential, fostering, special schools) in a financial year; each *revision* of it stands for good. The
*forecast outturn* is the year's cost to date and as it will be, by the agreements that run, those that are signed and those that are
planned, and by the ends that are known. The *variance* is outturn less budget. *What if* asks the same of placements that nobody has
made yet. All of it is what the borough *bears*: net, with the VAT that it does not get back.
"""
