import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from shared.codes import credit_code, organisation_code
from shared.codes.credit_code import InvalidCreditCode

VALID = ["914403001922038216", "9144030071526726XG", "91110000600037341L"]
symbols = st.sampled_from(credit_code.ALPHABET)


@pytest.mark.parametrize("text", VALID)
def test_printed_codes_are_valid(text):
    assert str(credit_code.parse(text)) == text
    assert credit_code.is_valid(text)


def test_a_code_comes_apart():
    code = credit_code.parse(" 91 4403 0071526726xg ")
    assert (code.department, code.category, code.region) == ("9", "1", "440300")
    assert code.organisation_code == "71526726X"
    assert credit_code.parse("91-440300-71526726X-G") == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("91110000600037341", "length"),
        ("91110000600037341L0", "length"),
        ("9111000060003734IL", "alphabet"),
        ("９１110000600037341L", "alphabet"),
        ("01110000600037341L", "department"),
        ("B1110000600037341L", "department"),
        ("9111A000600037341L", "region"),
        ("91110000100001604N", "organisation_check"),
        ("91520000714304688N", "organisation_check"),
        ("91110000600037341M", "check"),
    ],
)
def test_a_wrong_code_is_refused_with_its_reason(text, reason):
    with pytest.raises(InvalidCreditCode) as refusal:
        credit_code.parse(text)
    assert refusal.value.code == reason
    assert not credit_code.is_valid(text)


@pytest.mark.parametrize("department", credit_code.DEPARTMENTS)
def test_every_department_can_register(department):
    made = credit_code.make("421303", 7, department=department)
    assert credit_code.parse(made).department == department


@given(
    st.sampled_from("123456789"),
    st.integers(0, 9),
    st.from_regex(r"\A[0-9]{6}\Z"),
    st.text(symbols, min_size=8, max_size=8),
)
def test_our_check_agrees_with_stdnum(department, category, region, body):
    text = f"{department}{category}{region}{body}{organisation_code.check_character(body)}"
    text += credit_code.check_character(text)
    assert uscc.is_valid(text)
    assert credit_code.parse(text).text == text


@given(st.sampled_from(VALID), st.integers(0, 17), symbols)
def test_one_mistyped_symbol_is_always_found(text, place, symbol):
    mistyped = text[:place] + symbol + text[place + 1 :]
    assert credit_code.is_valid(mistyped) == (mistyped == text)


@given(st.text(max_size=20))
def test_any_text_is_judged_without_a_crash(text):
    if credit_code.is_valid(text):
        assert uscc.is_valid(text) or text.strip()[:1].upper() in "ANY"


@given(st.sets(st.integers(0, organisation_code.SEQUENCES - 1), min_size=2, max_size=20))
def test_distinct_sequences_give_distinct_valid_codes(sequences):
    codes = {credit_code.make("421303", sequence) for sequence in sequences}
    assert len({code[8:17] for code in codes}) == len(sequences)
    assert all(uscc.is_valid(code) and credit_code.is_valid(code) for code in codes)


def test_neighbouring_sequences_differ_and_the_same_one_repeats():
    codes = [credit_code.make("421303", sequence) for sequence in range(5000)]
    assert len(set(codes)) == 5000
    assert credit_code.make("421303", 4999) == codes[-1]


@pytest.mark.parametrize("sequence", [-1, organisation_code.SEQUENCES])
def test_a_sequence_out_of_range_is_refused(sequence):
    with pytest.raises(ValueError, match="sequence"):
        credit_code.make("421303", sequence)


@pytest.mark.parametrize(
    "arguments", [{"region": "42130"}, {"region": "42130X"}, {"region": "42130I"}, {"department": "B"}]
)
def test_a_malformed_part_is_refused(arguments):
    with pytest.raises(InvalidCreditCode):
        credit_code.make(**{"region": "421303", "sequence": 1, **arguments})


def test_the_organisation_check_is_x_for_ten_and_zero_for_eleven():
    assert {organisation_code.make(n)[-1] for n in range(200)} == set("0123456789X")
