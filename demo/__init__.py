"""The demo partnership: twelve real boroughs, invented people, providers and children, and a year of what they did together.

Standing (`standing.py`): who there is before anybody acts. History (`history.py`): a year of acts through the real verbs, under a
clock that moves. Sign-ins (`sign_ins.py`): one for each role. Everything invented says so: providers and settings have the source
`demo`, settings bear numbers such as DM00001, which neither Ofsted nor Get Information about Schools can give, and addresses
end in `.example`, where no letter can arrive.
"""
