"""How moves and disruption meetings are said on pages."""

#: who may sit at a disruption meeting, by what they are to the child
PRESENT: dict[str, str] = {
    "child": "The child, or somebody with the child’s views",
    "parent": "Parent or family",
    "social_worker": "Social worker",
    "team_manager": "Social work team manager",
    "reviewing_officer": "Independent reviewing officer",
    "placement_officer": "Placement officer",
    "sen_officer": "Special educational needs officer",
    "registered_manager": "Registered manager or head teacher",
    "key_worker": "Key worker",
    "foster_carer": "Foster carer",
    "supervising_worker": "Supervising social worker",
    "virtual_school": "Virtual school",
    "health": "Health",
    "advocate": "Advocate",
    "other": "Somebody else",
}
OWNERS: dict[str, str] = {"borough": "The borough", "provider": "The provider"}
STAGES: dict[str, tuple[str, str]] = {
    "at_risk": ("warn", "Placement at risk"),
    "ended": ("none", "After an unplanned end"),
}
