"""Code lists and authorities: facts that forms and returns rest on."""

import pytest

from marketplace.authorities import authority_named, authority_of_gss, local_authorities
from marketplace.code_lists import NoSuchCode, choices, code_list, label, names


class TestCodeLists:
    def test_the_needs_of_the_sen2_return(self) -> None:
        assert len(choices("sen2_need_type")) == 13
        assert label("sen2_need_type", "SEMH") == "Social, emotional and mental health"

    def test_codes_are_offered_only_in_the_years_that_take_them(self) -> None:
        assert [code for code, _ in choices("ssda903_sex")] == ["M", "F", "U"]
        assert [code for code, _ in choices("ssda903_sex", "2022-23")] == ["1", "2"]
        now = {code for code, _ in choices("ssda903_placement_type")}
        assert "K3" in now
        assert not {"H5", "P2", "Z1"} & now

    def test_labels_that_were_never_found_are_not_invented(self) -> None:
        assert label("ssda903_placement_type", "Z11") == "Z11"
        assert "Z11" not in dict(choices("ssda903_placement_type"))

    def test_old_records_keep_their_labels(self) -> None:
        assert label("ssda903_placement_type", "P2").startswith("Independent living")

    def test_what_was_never_published_is_refused(self) -> None:
        with pytest.raises(NoSuchCode, match="no code of sen2_need_type"):
            label("sen2_need_type", "XYZ")
        with pytest.raises(NoSuchCode, match="no code list"):
            code_list("../authorities")

    @pytest.mark.parametrize("name", names())
    def test_every_list_reads(self, name: str) -> None:
        assert choices(name)


class TestAuthorities:
    def test_there_are_153_with_a_number_and_codes_of_their_own(self) -> None:
        authorities = local_authorities().values()
        codes = [code for each in authorities for code in (each.gss, each.former_gss, *each.districts) if code]
        assert len(authorities) == 153
        assert len(codes) == len(set(codes))
        assert sum(len(each.districts) for each in authorities) == 164

    @pytest.mark.parametrize(
        ("name", "number"),
        [
            ("Croydon", "306"),
            ("kingston  upon thames", "314"),
            ("Bournemouth, Christchurch & Poole", "839"),
            ("St Helens", "342"),
            ("Durham", "840"),
        ],
    )
    def test_are_found_by_name(self, name: str, number: str) -> None:
        found = authority_named(name)
        assert found is not None
        assert found.number == number

    def test_are_found_by_code_also_a_former_one_or_a_districts(self) -> None:
        found = [authority_of_gss(code) for code in ("E09000008", "E10000002", "E06000060", "E07000207")]
        assert [each and each.name for each in found] == ["Croydon", "Buckinghamshire", "Buckinghamshire", "Surrey"]

    def test_beyond_england_there_is_none(self) -> None:
        assert authority_named("Cardiff") is authority_of_gss("W06000015") is authority_of_gss(None) is None
