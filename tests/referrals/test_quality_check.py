"""The quality check: what it finds, and what it lets pass."""

import uuid
from datetime import date
from typing import Any

import pytest

from referrals.child import Identity
from referrals.identifying_text import known_of, matches
from referrals.quality_check import FindingKind, Quality, check, months_between
from referrals.question_set import question_set

TODAY = date(2026, 11, 23)
CHILD = Identity(
    child_id=uuid.uuid4(), authority_id=uuid.uuid4(), first_name="Zahra", family_name="Okonkwo-Price", known_as="", sex="F",
    date_of_birth=date(2014, 3, 12), home_address="12 Cavendish Road\nMerton", home_postcode="SM4 5DX", case_number="LCS-0042",
    upn=None, uln=None, nhs_number=None, other_names="Nana Joyce, Ms Rahman\nBrackenfell Primary School", ethnicity=None,
)  # fmt: skip


def checked(form: str = "residential", justified: dict[str, str] | None = None, **answers: Any) -> Quality:
    return check(question_set(form, 1), answers, CHILD, TODAY, justified)


def of_kind(quality: Quality, kind: FindingKind) -> list[str]:
    return [finding.marked or finding.says for finding in quality.findings if finding.kind is kind]


class TestIdentifyingText:
    @pytest.mark.parametrize(
        ("text", "marked"),
        [
            ("zahra likes maps", "zahra"),
            ("Zahra’s bag", "Zahra"),
            ("the Price family", "Price"),
            ("walks past Cavendish Road each day", "Cavendish Road"),
            ("lives at 12 Cavendish Road", "12 Cavendish Road"),
            ("with Nana Joyce", "Nana Joyce"),
            ("Joyce is kind", "Joyce"),
            ("Brackenfell is near", "Brackenfell"),
            ("in sm45dx now", "sm45dx"),
            ("near CR0 1EA", "CR0 1EA"),
            ("ring 020 8545 4710", "020 8545 4710"),
            ("ring +44 7700 900123 today", "+44 7700 900123"),
            ("ring (020) 8545 4710 today", "(020) 8545 4710"),
            ("NHS 943 476 5919", "943 476 5919"),
            ("UPN E306200018001", "E306200018001"),
            ("born 12/03/2014", "12/03/2014"),
            ("born on 12 March 2014", "12 March 2014"),
            ("mail nana@example.org", "nana@example.org"),
            ("file LCS-0042", "LCS-0042"),
        ],
    )
    def test_what_gives_the_child_away_is_marked(self, text: str, marked: str) -> None:
        assert [text[match.start : match.end] for match in matches(text, known_of(CHILD))] == [marked]

    @pytest.mark.parametrize(
        "text",
        [
            "Likes a quiet school and a nana who bakes.",
            "Trainers matter to her, she says, on the road.",
            "Lunch at 12, 3 times a week; 4,380 pounds; 2026-27.",
            "A primary school with a garden.",
        ],
    )
    def test_ordinary_sentences_pass(self, text: str) -> None:
        assert matches(text, known_of(CHILD)) == []

    def test_a_name_that_is_a_word_needs_its_capital(self) -> None:
        grace = Identity(
            **{column.key: getattr(CHILD, column.key) for column in Identity.__table__.columns}
            | {"first_name": "Grace"}
        )
        assert matches("grace and favour", known_of(grace)) == []
        assert len(matches("Grace sings", known_of(grace))) == 1

    def test_it_is_quoted_with_what_stands_around_it(self) -> None:
        quality = checked(
            routine="In the morning she gets up at seven and walks past Cavendish Road with her bag to the bus stop that is by the old mill"
        )
        [finding] = [each for each in quality.findings if each.kind is FindingKind.IDENTIFYING_TEXT]
        assert finding.marked == "Cavendish Road"
        assert finding.before.startswith("…")
        assert finding.after.endswith("…")
        assert finding.section == "day"

    def test_what_stays_in_the_borough_is_not_searched(self) -> None:
        assert of_kind(checked(parental_responsibility="Zahra’s mother"), FindingKind.IDENTIFYING_TEXT) == []

    def test_the_school_named_on_the_form_may_not_stand_elsewhere(self) -> None:
        quality = checked(school_name="Thistlemoor Academy", interests="Football at Thistlemoor")
        assert of_kind(quality, FindingKind.IDENTIFYING_TEXT) == ["Thistlemoor"]


class TestTheRest:
    def test_a_risk_wants_what_helps(self) -> None:
        assert len(of_kind(checked(risk_missing="Risk Present"), FindingKind.RISK_WITHOUT_HELP)) == 1
        helped = checked(risk_missing="Risk Present", risk_missing_help="A call at four.")
        assert of_kind(helped, FindingKind.RISK_WITHOUT_HELP) == []

    def test_a_solo_placement_with_siblings_contradicts_itself(self) -> None:
        said = of_kind(
            checked(living_companions="Solo placement recommended", sibling_count=1), FindingKind.CONTRADICTION
        )
        assert said == ["A solo placement is recommended, but brothers and sisters are to live there too."]

    def test_age_and_phase_are_held_against_each_other_on_the_day_needed(self) -> None:
        said = of_kind(
            checked("special_school", school_phase="Primary", needed_by="2027-09-01"), FindingKind.CONTRADICTION
        )
        assert said == ["The primary phase is for children of 4 to 11, and this child will be older."]

    def test_a_need_is_not_named_twice(self) -> None:
        said = of_kind(checked(needs_must=["autism"], needs_desirable=["autism", "adhd"]), FindingKind.CONTRADICTION)
        assert said == ["Autism: named among what must be met and again among the rest."]
        said = of_kind(checked("special_school", primary_need="ASD", secondary_need="ASD"), FindingKind.CONTRADICTION)
        assert said == ["The primary need is named again as the secondary need."]

    def test_a_day_that_has_passed_is_found(self) -> None:
        assert "The day needed has passed." in of_kind(checked(needed_by="2026-11-22"), FindingKind.CONTRADICTION)

    @pytest.mark.parametrize(("on", "is_old"), [("2026-05-24", False), ("2026-05-23", True)])
    def test_a_report_is_out_of_date_after_its_months(self, on: str, is_old: bool) -> None:
        assert bool(of_kind(checked("special_school", psychologist_on=on), FindingKind.OUT_OF_DATE)) is is_old

    def test_whole_months_are_counted(self) -> None:
        assert months_between(date(2026, 1, 31), date(2026, 2, 28)) == 0
        assert months_between(date(2025, 11, 23), TODAY) == 12

    def test_a_justified_finding_stands_until_its_text_changes(self) -> None:
        found = checked(routine="Zahra sleeps").to_mend[0]
        assert checked(justified={found.key: "It is the cat’s name."}, routine="Zahra sleeps").to_mend == []
        assert len(checked(justified={found.key: "…"}, routine="Joyce sleeps").to_mend) == 1

    def test_what_is_missing_cannot_be_justified(self) -> None:
        quality = checked()
        assert quality.missing
        assert not quality.is_ready
        again = checked(justified={each.key: "because" for each in quality.missing})
        assert len(again.missing) == len(quality.missing)
