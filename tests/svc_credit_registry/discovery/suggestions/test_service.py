"""What is offered, and that it never costs more than it may."""

from pathlib import Path

import pytest

from svc_credit_registry.discovery.indexes.rules import Entry
from svc_credit_registry.discovery.indexes.service import OpenIndex, View
from svc_credit_registry.discovery.suggestions import service
from svc_credit_registry.discovery.suggestions.rules import Reason, letter_slips
from svc_credit_registry.discovery.suggestions.service import suggest

pytestmark = pytest.mark.together
FACTS = ("421303", "C1512", "有限公司", "active", "2020-01-01", "", "王芳")


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    folder: Path = tmp_path_factory.mktemp("near") / "made"
    made = OpenIndex.make(folder, "register", [], 40)
    made.write_with(15_000_000)
    names = ["随州红光酒业有限公司", *(f"随州永兴{first}商贸有限公司" for first in "甲乙丙丁戊己庚辛壬癸")]
    made.add([Entry(f"91421303MA{number:08}", name, *FACTS) for number, name in enumerate(names)])
    made.commit(1)
    return made.view


def test_what_is_rare_is_offered_when_what_is_frequent_costs_too_much(
    view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [s.text for s in suggest(view, "有限公司啊")] == ["有限公司"]
    assert [s.text for s in suggest(view, "红广酒业")] == ["红光酒业"]
    monkeypatch.setattr(service, "READ", 8)
    assert suggest(view, "有限公司啊") == []
    assert [s.text for s in suggest(view, "红广酒业")] == ["红光酒业"]


@pytest.mark.parametrize(
    ("asked", "meant", "reason"),
    [
        ("hongguagn", "hongguang", Reason.SWAPPED),
        ("hogguang", "hongguang", Reason.MISSING),
        ("hongtguang", "hongguang", Reason.SURPLUS),
        ("hongguan", "hongguang", Reason.SAME_SOUND),
        ("suizhou", "suizou", Reason.SAME_SOUND),
    ],
)
def test_a_slip_of_a_letter_is_guessed(asked: str, meant: str, reason: Reason) -> None:
    assert (reason, meant) in set(letter_slips(asked))


def test_pinyin_is_offered_where_names_sound_so(view: View) -> None:
    found = suggest(view, "hongguagn")
    assert [(s.text, s.reason, s.count) for s in found] == [("hongguang", Reason.SWAPPED, 1)]
