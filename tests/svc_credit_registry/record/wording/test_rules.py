import pytest

from svc_credit_registry.record.wording.rules import (
    all_sounds,
    fold,
    fold_asked,
    initials,
    romanised,
    segmentations,
    sound_keys,
    sounds,
)


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


@pytest.mark.parametrize(
    ("asked", "folded"),
    [("乾燥設備", "干燥设备"), ("乾隆酒業", "乾隆酒业"), ("乾隆", "乾隆"), ("鐘錶", "钟表"), ("TCL科技", "tcl科技")],
)
def test_what_is_asked_in_traditional_characters_is_understood(asked: str, folded: str) -> None:
    assert fold_asked(asked) == folded


def test_a_part_of_a_name_folds_as_the_name_does() -> None:
    name = "红光（北京）酒業·乾隆"
    assert all(fold(name[:cut]) + fold(name[cut:]) == fold(name) for cut in range(len(name)))


def test_a_name_sounds_as_it_is_usually_read_and_in_other_ways() -> None:
    assert sounds("红光酒业")[0].split() == ["hong", "guang", "jiu", "ye"]
    assert {line.split()[0] for line in sounds("曾都酒业")} == {"ceng", "zeng"}
    assert initials("红光酒业") == "hgjy"


@pytest.mark.parametrize(
    ("letters", "parts"),
    [("hongguang", "hong guang"), ("xian", "xi an"), ("xian", "xian"), ("lvyou", "lv you"), ("nvzhuang", "nv zhuang")],
)
def test_letters_part_into_syllables(letters: str, parts: str) -> None:
    assert parts.split() in segmentations(letters)


def test_many_syllables_that_lead_nowhere_are_not_tried_one_by_one() -> None:
    assert segmentations("an" * 49 + "qq") == []
    assert len(segmentations("an" * 50)) == 8


@pytest.mark.parametrize("letters", ["hg", "abc1", "", "xyz"])
def test_what_is_no_pinyin_has_no_syllables(letters: str) -> None:
    assert segmentations(letters) == ([[]] if not letters else [])


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
