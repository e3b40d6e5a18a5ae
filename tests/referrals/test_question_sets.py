"""The declared forms: a superset of the Placements Data Standard, and answers judged by their question."""

import csv
from pathlib import Path

import pytest

from foundation.permission import Invalid
from referrals.answer import accept, in_words, missing
from referrals.question_set import FOLDER, Kind, Question, Sight, latest_version, question_set

STANDARD = Path(__file__).parent.parent / "fixtures" / "placements_data_standard_v2.csv"
REFERRAL_SIDE = {"PlacementAvailability", "PlacementRequirements", "PlacementRecommendation", "Risks"}
REFERRAL_SIDE_OF_QUALITY = {"referralOfficerName", "referralDate"}
FORMS = ("residential", "fostering", "special_school")


def standard_fields() -> list[tuple[str, list[str]]]:
    with STANDARD.open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["entity"] in REFERRAL_SIDE
            or (row["entity"] == "QualityAssurance" and row["field"] in REFERRAL_SIDE_OF_QUALITY)
        ]
    return [(f"{row['entity']}.{row['field']}", row["options"].split("|") if row["options"] else []) for row in rows]


class TestTheStandard:
    @pytest.mark.parametrize("form", ["residential", "fostering"])
    @pytest.mark.parametrize(("field", "options"), standard_fields(), ids=lambda value: str(value)[:40])
    def test_every_field_is_filled_by_a_question_with_the_same_options(
        self, form: str, field: str, options: list[str]
    ) -> None:
        asked = question_set(form, 1)
        filling = [question for question in asked.questions if question.standard == field]
        assert len(filling) == (0 if field in asked.filled_by_harbour else 1)
        if options:
            assert [option.code for option in filling[0].options] == options

    def test_the_school_form_takes_its_codes_from_the_national_return(self) -> None:
        form = question_set("special_school", 1)
        assert "ASD" in {option.code for option in form.question("primary_need").options}
        assert [option.code for option in form.question("residential_pattern").options] == ["A", "B"]


class TestEveryForm:
    @pytest.mark.parametrize("form", FORMS)
    def test_feeds_what_harbour_reads(self, form: str) -> None:
        asked = question_set(form, latest_version(form))
        for what in ("voice", "must", "desirable", "needed_by", "expected_weeks"):
            assert asked.feeding(what), what

    @pytest.mark.parametrize("form", FORMS)
    def test_every_contradiction_asks_about_something_that_is_there(self, form: str) -> None:
        asked = question_set(form, 1)
        known = {question.key: question for question in asked.questions}
        reckoned = {"age", "days_until_needed", "needs_repeated"}
        for contradiction in asked.contradictions:
            for term in contradiction.terms:
                assert term.question in reckoned | set(known)
                if term.answers:
                    assert set(term.answers) <= {option.code for option in known[term.question].options}

    @pytest.mark.parametrize("form", FORMS)
    def test_what_names_a_place_never_opens_to_those_invited(self, form: str) -> None:
        assert all(
            question.opens_to is Sight.BOROUGH for question in question_set(form, 1).questions if question.identifies
        )

    def test_every_file_is_read(self) -> None:
        names = {path.name.split(".")[0] for path in FOLDER.glob("*.yaml")}
        assert names == {*FORMS, "shared"}


class TestAnswers:
    def ask(self, kind: Kind, **facts: object) -> Question:
        return Question(key="asked", label="Asked", kind=kind, **facts)  # type: ignore[arg-type]

    def test_empty_is_no_answer(self) -> None:
        assert accept(self.ask(Kind.TEXT, longest=10), "  ") is None
        assert accept(self.ask(Kind.CHOICES), []) is None

    def test_a_text_that_is_too_long_is_refused_with_both_numbers(self) -> None:
        with pytest.raises(Invalid, match="11 characters; shorten it to 10"):
            accept(self.ask(Kind.TEXT, longest=10), "x" * 11)

    @pytest.mark.parametrize("typed", ["abc", "1.5", "NaN", "-1", "41", "1e99"])
    def test_a_number_is_whole_and_within_its_bounds(self, typed: str) -> None:
        with pytest.raises(Invalid) as refused:
            accept(self.ask(Kind.NUMBER, lowest=0, highest=40), typed)
        assert refused.value.field == "asked"

    def test_hours_keep_their_quarters(self) -> None:
        assert accept(self.ask(Kind.NUMBER, decimals=2, lowest=0, highest=40), "1.25") == "1.25"
        assert accept(self.ask(Kind.NUMBER, decimals=2, lowest=0, highest=40), "10") == "10"

    def test_a_choice_that_was_not_offered_is_refused(self) -> None:
        with pytest.raises(Invalid):
            accept(question_set("residential", 1).question("pets"), "Perhaps")

    def test_a_day_is_kept_as_iso_and_read_in_words(self) -> None:
        question = self.ask(Kind.DATE)
        kept = accept(question, "2026-11-23")
        assert (kept, in_words(question, kept)) == ("2026-11-23", "23 November 2026")
        with pytest.raises(Invalid):
            accept(question, "2026-02-30")

    def test_a_question_that_is_not_asked_is_not_missing(self) -> None:
        form = question_set("residential", 1)
        keys = {question.key for question in missing(form, {"home_adaptation": "no"})}
        assert "home_adaptation_described" not in keys
        keys = {question.key for question in missing(form, {"home_adaptation": "yes"})}
        assert "home_adaptation_described" in keys
