"""Savings: a ledger of what was not paid, entry by entry, that adds up and never holds the same pound twice.

An *entry* is a claim: cashable (the budget falls) or avoided (it would have risen), one-off or recurring, of a borough, a project and
financial years, with its evidence. It *counts* once a finance officer of that borough has approved it, and is never edited or deleted:
another entry *reverses* it. Its *rating* is one of four words: Green delivered, Green on target, Amber, Red.

What an entry stands on are its *grounds*: an agreement or one of its fee lines, in a *layer* of its price, over days. Two live entries
cannot share a ground. Entries made by Harbour keep the two prices that they compare; what they come to is reckoned from the fee lines as
they stand, day by day, by the one cost engine.
"""
