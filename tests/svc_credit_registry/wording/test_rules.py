import pytest

from svc_credit_registry.wording.rules import all_sounds, fold, pairs, romanised, sound_keys


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("红光（北京）酒业", "红光北京酒业", id="full-width brackets"),
        pytest.param("红光(北京)酒业", "红光北京酒业", id="half-width brackets"),
        pytest.param(" 红 光\u3000酒业 ", "红光酒业", id="spaces of both widths"),
        pytest.param("ＡＢＣ科技", "abc科技", id="full-width letters"),
        pytest.param("紅光酒業有限公司", "红光酒业有限公司", id="traditional characters"),
        pytest.param("乾隆酒业", "乾隆酒业", id="a character which is not to be simplified"),
        pytest.param("阿·里-巴_巴", "阿里巴巴", id="dots, hyphens, underscores"),
    ],
)
def test_folding_undoes_what_means_nothing(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_pairs_are_distinct_32_bit_numbers_in_order() -> None:
    found = pairs("红光红光酒业")
    assert found == sorted(set(found))
    assert len(found) == 4
    assert all(-(2**31) <= n < 2**31 for n in found)
    assert set(pairs("光酒")) <= set(found)


def test_a_text_of_one_character_has_no_pairs() -> None:
    assert pairs("红") == []


def test_a_pair_beyond_the_basic_plane_fits_the_column() -> None:
    assert all(-(2**31) <= n < 2**31 for n in pairs("𠮷野家𠮷"))


def test_zeng_and_ceng_are_both_readings() -> None:
    assert set(all_sounds("曾")) == {"zeng", "ceng"}
    assert {"zeng dou", "zeng du", "ceng dou", "ceng du"} == set(sound_keys("曾都"))


def test_a_long_name_of_many_readings_keeps_few_keys() -> None:
    assert len(sound_keys("长行重乐都曾长行重乐都曾")) <= 48


def test_what_has_no_sound_stands_for_itself() -> None:
    assert sound_keys("a8") == ["a 8"]


@pytest.mark.parametrize(
    ("name", "latin"),
    [("曾都区", "Zengdu Qu"), ("随县", "Sui Xian"), ("长沙市", "Changsha Shi"), ("绿园区", "Lüyuan Qu")],
)
def test_places_have_a_latin_name(name: str, latin: str) -> None:
    assert romanised(name) == latin
