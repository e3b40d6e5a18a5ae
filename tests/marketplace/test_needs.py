"""The needs that referrals and settings meet on."""

import json
from pathlib import Path

import pytest

from marketplace.needs import LOOKED_AFTER_NEEDS, need_label, needs_of, needs_of_kinds

STANDARD = Path(__file__).parents[2] / ".." / "shared" / "data" / "placements_data_standard_v2.json"


class TestNeedsOfALot:
    def test_a_special_school_speaks_the_return_s_need_types(self) -> None:
        assert ("ASD", "Autistic spectrum disorder") in needs_of("special_school")

    @pytest.mark.parametrize("lot", ["residential", "fostering"])
    def test_lots_of_looked_after_children_speak_our_list(self, lot: str) -> None:
        assert ("self_harm", "Self-harm") in needs_of(lot)

    def test_no_code_stands_in_both_lists(self) -> None:
        assert not {code for code, _ in needs_of("residential")} & {code for code, _ in needs_of("special_school")}

    def test_every_risk_of_the_placements_data_standard_is_a_need(self) -> None:
        if not STANDARD.exists():
            return
        entities = json.loads(STANDARD.read_text())["entities"]
        risks = next(entity["fields"] for entity in entities if entity["name"] == "Risks")
        labels = " ".join(label.casefold() for _, label in LOOKED_AFTER_NEEDS)
        for risk in (field["description"].split(": ")[1].rstrip(".").casefold() for field in risks):
            assert "other" in risk or any(word in labels for word in risk.split() if len(word) > 4), risk


class TestLabels:
    def test_of_both_lists(self) -> None:
        assert need_label("going_missing") == "Going missing"
        assert need_label("SEMH") == "Social, emotional and mental health"

    def test_an_unknown_code_stands_for_itself(self) -> None:
        assert need_label("ZZZ") == "ZZZ"


class TestNeedsOfKinds:
    def test_a_home_speaks_ours_and_a_day_school_the_return_s(self) -> None:
        assert needs_of_kinds(["childrens_home"]) == list(LOOKED_AFTER_NEEDS)
        assert needs_of_kinds(["special_school"]) == needs_of("special_school")

    def test_a_residential_special_school_speaks_both(self) -> None:
        assert len(needs_of_kinds(["residential_special_school"])) == len(LOOKED_AFTER_NEEDS) + 13
