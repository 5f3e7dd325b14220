import pytest
from stdnum.cn import ric

from shared.codes import identity, regions


def numbered(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


def test_a_valid_number_is_written_as_on_the_card():
    number = numbered("42130319900307001")
    assert identity.parse(f" {number.lower()} ") == number
    assert identity.is_valid(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123",
        "4213031990030700",
        numbered("42130319900230001"),  # no such date
        numbered("42999919900101001"),  # a known province, no such county
        numbered("99010119900101001"),  # no such province
        numbered("10010119900101001"),  # no such region
        numbered("42130319900307001")[:-1] + "?",
        "４２１３０３１９９００３０７００１X",
        "1****************4",
    ],
)
def test_a_wrong_number_is_refused(text):
    assert not identity.is_valid(text)
    with pytest.raises(identity.InvalidIdentityNumber):
        identity.parse(text)


def test_a_changed_check_character_is_refused():
    number = numbered("42130319900307001")
    assert [identity.is_valid(number[:-1] + last) for last in "0123456789X"].count(True) == 1


def test_a_region_younger_than_its_resident_is_taken():
    assert regions.is_current("421303")  # since 2009
    assert identity.is_valid(numbered("42130319700307001"))


def test_every_number_that_stdnum_takes_is_taken():
    numbers = [numbered(f"{code}20120229{n:03}") for n, code in enumerate(["110101", "421303", "440305", "650102"])]
    assert all(ric.is_valid(number) and identity.is_valid(number) for number in numbers)


def test_a_residence_permit_of_a_resident_of_taiwan_is_taken():
    assert identity.is_valid(numbered("83000019900307001"))
