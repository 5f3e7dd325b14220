import pytest

from svc_credit_registry.discovery.search.errors import SearchTooShort
from svc_credit_registry.discovery.search.rules import Filters, Match, match_of, read_query

NONE = Filters()


@pytest.mark.parametrize(
    ("q", "text", "code"),
    [
        (None, None, None),
        ("  ", None, None),
        ("红光", "红光", None),
        ("紅光（北京）", "红光北京", None),
        ("91421303MA00000", None, "91421303MA00000"),
        ("9142 1303", None, "91421303"),
        ("９１４２１３０３ＭＡ", None, "91421303MA"),
        ("914403001922038216", None, "914403001922038216"),
        ("ABCDEFGH", "abcdefgh", None),
        ("2026", "2026", None),
    ],
)
def test_a_search_is_for_a_text_or_for_a_code(q: str | None, text: str | None, code: str | None) -> None:
    wanted = read_query(q, NONE)
    assert (wanted.text, wanted.code_prefix) == (text, code)


@pytest.mark.parametrize("q", ["红", "()", "红 ", "·红·", "a"])
def test_one_character_is_too_short(q: str) -> None:
    with pytest.raises(SearchTooShort):
        read_query(q, NONE)


def test_the_kinds_of_match() -> None:
    assert match_of("红光酒业", "红光酒业") is Match.EXACT
    assert match_of("红光酒业", "红光") is Match.PREFIX
    assert match_of("红光酒业", "酒业") is Match.INSIDE
    assert match_of("红光酒业", "光红") is None
