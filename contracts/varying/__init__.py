"""What changes while an agreement runs.

A *variation* changes its fees from a day on: either side proposes it, the provider agrees, the borough's placement manager
approves, and the old lines close as the new ones begin. *Notice* says on which day the place will end. An
*absence* is nights away, for which the terms may pay a *retainer* in place of the whole core fee. Nothing here edits what
was paid before: a change from a past day makes *arrears*, shown fee by fee.
"""
