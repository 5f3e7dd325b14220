"""The form in which enterprises stand in the index, and the stretches into which their order is cut."""

import random

import pytest

from svc_credit_registry.discovery.indexes.rules import (
    COARSE,
    Entry,
    FormerName,
    cut,
    document,
    is_sort_key,
    pairs,
    restored,
    sort_key,
    stored,
    stretch_of,
    stretches,
)
from svc_credit_registry.record.wording.rules import fold

ENTRY = Entry(
    "91421303MA0000006Y", "随州红光酒业有限公司", "421303", "C1512", "有限公司", "active", "2012-06-18", "", "张伟",
    [FormerName("随州紅光酒厂", "2015-01-31")], ["421303000012345"], ["abnormal_operation"], ["李娜"],
)  # fmt: skip


def test_an_entry_is_read_as_it_was_stored() -> None:
    assert restored(stored(ENTRY)) == ENTRY


def test_an_entry_carries_what_it_is_found_by() -> None:
    given = document(ENTRY, [])
    assert given["names"].split()[0] == "^随"
    assert given["names"].split()[-1] == "司$"
    assert given["former"] == ["^随 随州 州红 红光 光酒 酒厂 厂$"]
    assert given["sounds"] == ["sui zhou hong guang jiu ye "]
    assert given["initials"] == "sz zh hg gj jy"
    assert {"r42", "r4213", "r421303", "iC", "iC15", "iC151", "iC1512", "sactive", "y2012", "f有限公司"} <= set(
        given["tags"].split()
    )
    assert {"labnormal_operation", "u2015", "b0", "B0"} <= set(given["tags"].split())
    assert given["people"] == ["张伟", "李娜"]


def test_keys_sort_by_status_then_name_then_code() -> None:
    rows = [
        ("active", "红光", "91421303MA0000006Y"),
        ("active", "红光", "91421303MA0000007N"),
        ("active", "红光酒业", "91421303MA0000001A"),
        ("active", "红光酒业有限公司", "91421303MA0000001A"),
        ("revoked", "阿里", "91421303MA0000001A"),
        ("cancelled", "阿里", "91421303MA0000001A"),
    ]
    keys = [sort_key(*row) for row in rows]
    assert keys == sorted(keys)
    assert all(is_sort_key(key) for key in keys)


@pytest.mark.parametrize(
    "text",
    ["", "红光", "0红光", "3红光-91421303MA0000006Y", "0红 光-91421303MA0000006Y", "0*} OR (-91421303MA0000006Y"],
)
def test_what_is_no_key_does_not_get_into_a_query(text: str) -> None:
    assert not is_sort_key(text)


def test_pairs_may_carry_the_ends_of_a_name() -> None:
    assert pairs("红光酒") == ["红光", "光酒"]
    assert pairs("红光", begins=True, ends=True) == ["^红", "红光", "光$"]


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 100, 511])
def test_stretches_cover_all_from_where_they_start_once_and_in_order(count: int) -> None:
    boundaries = [f"{number:04}" for number in range(count)]
    for start in {0, 1, count // 2, count}:
        covered: list[int] = []
        for terms in stretches(boundaries, start):
            numbers = [int(term[1:]) for term in terms]
            fine = terms[0].startswith("b")
            covered += numbers if fine else [n * COARSE + i for n in numbers for i in range(COARSE)]
        assert covered == sorted(set(covered))
        assert covered[0] == start
        assert covered[-1] >= count


def test_stretches_are_about_equal_and_agree_with_the_order() -> None:
    chance = random.Random(3)
    names = ["".join(chance.choices("红光永兴华天金福宏鑫", k=6)) for _ in range(20_000)]
    keys = sorted(sort_key("active", fold(name), f"91421303MA{number:07}A") for number, name in enumerate(names))
    boundaries = cut(keys)
    found = [stretch_of(boundaries, key) for key in keys]
    assert found == sorted(found)
    sizes = [found.count(number) for number in range(len(boundaries) + 1)]
    assert max(sizes) < 4 * len(keys) / len(sizes)


def test_a_small_register_is_one_stretch() -> None:
    assert cut([]) == []
    assert cut([sort_key("active", "红光", "91421303MA0000006Y")] * 60) == []
