"""References that people read out: unguessable, and no slip of the finger leads to another person's record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.references import (
    ALPHABET,
    RANDOM_LENGTH,
    NotAReference,
    check_character,
    is_reference,
    new_reference,
    parse_reference,
)

prefixes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=6)
bodies = st.text(ALPHABET, min_size=RANDOM_LENGTH, max_size=RANDOM_LENGTH)
references = st.builds(
    lambda prefix, body: parse_reference(prefix + body + check_character(prefix + body)), prefixes, bodies
)


def compact(reference: str) -> str:
    return reference.replace("-", "")


class TestNewReference:
    def test_looks_like_the_one_in_the_book(self) -> None:
        prefix, middle, end = new_reference("CRO").split("-")
        assert (prefix, len(middle), len(end)) == ("CRO", 4, 2)
        assert set(middle + end) <= set(ALPHABET)

    def test_the_alphabet_has_no_look_alikes_and_a_prime_size(self) -> None:
        assert not set(ALPHABET) & set("0O1ISZB")
        assert len(ALPHABET) == len(set(ALPHABET)) == 29

    def test_what_is_given_can_be_read(self) -> None:
        assert all(is_reference(new_reference("CRO")) for _ in range(200))

    def test_draws_again_while_taken(self) -> None:
        drawn: list[str] = []

        def is_taken(reference: str) -> bool:
            drawn.append(reference)
            return len(drawn) < 3

        assert new_reference("BEX", is_taken=is_taken) == drawn[2]

    @pytest.mark.parametrize("prefix", ["", "C", "cro", "CR0", "TOOLONG", "CR-"])
    def test_refuses_a_prefix_that_is_no_prefix(self, prefix: str) -> None:
        with pytest.raises(ValueError, match="two to six capital letters"):
            new_reference(prefix)


class TestParseReference:
    @given(references)
    def test_forgives_case_spaces_and_hyphens(self, reference: str) -> None:
        assert parse_reference(f"  {reference.lower()} ") == reference
        assert parse_reference(compact(reference)) == reference
        assert parse_reference(reference.replace("-", " – ")) == reference

    @given(references)
    def test_reads_letters_that_look_like_our_digits(self, reference: str) -> None:
        prefix, rest = reference.split("-", 1)
        assert parse_reference(prefix + rest.translate(str.maketrans("258", "ZSB"))) == reference

    @given(references, st.data())
    def test_catches_every_single_wrong_character(self, reference: str, data: st.DataObject) -> None:
        characters = compact(reference)
        place = data.draw(st.integers(0, len(characters) - 1))
        in_prefix = place < len(characters) - 6
        others = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if in_prefix else ALPHABET
        wrong = data.draw(st.sampled_from([other for other in others if other != characters[place]]))
        assert not is_reference(characters[:place] + wrong + characters[place + 1 :])

    @given(references, st.data())
    def test_catches_every_swap_of_neighbours(self, reference: str, data: st.DataObject) -> None:
        characters = compact(reference)
        pairs = [place for place in range(len(characters) - 1) if characters[place] != characters[place + 1]]
        place = data.draw(st.sampled_from(pairs))
        swapped = characters[:place] + characters[place + 1] + characters[place] + characters[place + 2 :]
        assert not is_reference(swapped)

    @pytest.mark.parametrize(
        "typed", ["", "CRO", "CRO-7Q4K", "7Q4K-2M", "CRO-7Q4K-2MM9", "CRO-0000-00", "../CRO-7Q4K-2M"]
    )
    def test_says_what_a_reference_looks_like(self, typed: str) -> None:
        with pytest.raises(NotAReference, match=r"CRO-7Q4K-2M|Check each letter"):
            parse_reference(typed)
