import pytest

from shared.codes import industries


def test_the_table_is_complete():
    assert "".join(industries.SECTIONS) == "ABCDEFGHIJKLMNOPQRST"
    assert sorted(code[1:] for code in industries.DIVISIONS) == [f"{number:02}" for number in range(1, 98)]
    assert {code[0] for code in industries.DIVISIONS} == set(industries.SECTIONS)
    for industry in (*industries.SECTIONS.values(), *industries.DIVISIONS.values()):
        assert industry.label_zh
        assert industry.label_en.isascii()


@pytest.mark.parametrize("code", ["A", "T", "C15", "C151", "C1512", "I64", "I641", "I6410", "T97"])
def test_sections_divisions_groups_and_classes_are_known(code):
    assert industries.is_known(code)


@pytest.mark.parametrize("code", ["", "U", "c15", "C1", "C64", "I15", "C15123", "15", "C98", "A00", "C１５", "C15\n"])
def test_other_forms_and_divisions_of_another_section_are_not(code):
    assert not industries.is_known(code)
    with pytest.raises(KeyError):
        industries.label(code)


def test_labels_are_those_of_the_division_in_both_languages():
    assert industries.label("C1512") == "酒、饮料和精制茶制造业"
    assert industries.label("C", "en") == "Manufacturing"
    assert industries.section("I6410").label_zh == "信息传输、软件和信息技术服务业"
    assert industries.division("I") is None
