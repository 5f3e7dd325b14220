import pytest

from svc_credit_registry.discovery.suggestions.rules import Reason, guesses, sounding_alike


@pytest.mark.parametrize(
    ("asked", "meant", "reason"),
    [
        ("光红酒业", "红光酒业", Reason.SWAPPED),
        ("红光九业", "红光酒业", Reason.REPLACED),
        ("虹光酒业", "红光酒业", Reason.REPLACED),
        ("红光酒叶", "红光酒业", Reason.REPLACED),
        ("红光业有限", "红光酒业有限", Reason.MISSING),
        ("红光老酒业", "红光酒业", Reason.SURPLUS),
    ],
)
def test_a_slip_of_one_character_is_guessed(asked: str, meant: str, reason: Reason) -> None:
    name = f"随州{meant}公司"
    pairs_of_name = {name[i : i + 2] for i in range(len(name) - 1)}
    fitting = [
        guess
        for guess in guesses(asked)
        if guess.reason is reason and guess.pattern.findall(name) and {w for _, w in guess.words} <= pairs_of_name
    ]
    assert fitting
    assert meant in [found for guess in fitting for found in guess.pattern.findall(name)]


def test_short_texts_are_not_guessed_by_what_stands_beside_a_gap() -> None:
    assert {guess.reason for guess in guesses("红光酒")} == {Reason.SWAPPED}


def test_parts_of_a_name_may_sound_alike() -> None:
    assert list(sounding_alike("随州红广酒业", "红光")) == ["红广"]
    assert list(sounding_alike("随州红光酒业", "红光")) == []
    assert list(sounding_alike("增都酒业", "曾都")) == ["增都"]
