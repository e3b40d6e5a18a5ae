"""Places bought ahead of children: block, cost-and-volume and pilot contracts, which close gaps in the market.

A *block contract* pays for a number of places at a setting, taken or not. Under *cost and volume* so many places are guaranteed, and
each place taken beyond them is paid at a price of its own for the days on which it is taken. A *pilot* tries something new, and has a
day on which it is evaluated. A child's agreement that *takes a place* pays no core fee of its own. *Occupancy* says how many paid
places were taken on each day, and the *void cost* what the empty ones cost.
"""
