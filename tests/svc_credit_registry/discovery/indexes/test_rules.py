"""The form in which enterprises stand in the index, and the stretches into which their order is cut."""

import random

import pytest

from svc_credit_registry.discovery.indexes.rules import (
    COARSE,
    FACTS,
    RANKS,
    Entry,
    FormerName,
    beginning_with,
    cut,
    documents,
    entry_of,
    is_sort_key,
    pairs_of,
    restored,
    sort_key,
    stored,
    stretch_of,
    stretches,
    without_form,
)
from svc_credit_registry.record.wording.rules import fold, initials, pairs

ENTRY = Entry(
    "91421303MA0000006Y", "随州红光酒业有限公司", "421303", "C1512", "有限公司", "active", "2012-06-18", "", "张伟",
    [FormerName("随州紅光酒厂", "2015-01-31")], ["421303000012345"], ["abnormal_operation"], ["李娜"],
)  # fmt: skip


def named(name: str) -> Entry:
    """An enterprise with a name and nothing beside its facts."""
    return ENTRY._replace(name=name, former=(), numbers=(), lists=(), people=())


def test_an_entry_is_read_as_it_was_stored() -> None:
    assert restored(stored(ENTRY)) == ENTRY
    for name in (ENTRY.name, "随州\t红光", '["随州"]'):
        plain = named(name)
        assert restored(stored(plain))[:FACTS] == plain[:FACTS]


def test_what_stands_beside_the_facts_is_kept_once_and_a_present_name_is_no_former_one() -> None:
    beside = [("former", "随州紅光酒厂", "2015-01-31"), ("former", ENTRY.name, "2016-01-31"), ("people", "李娜", "")]
    beside += [("people", "李娜", ""), ("lists", "abnormal_operation", ""), ("numbers", "421303000012345", "")]
    assert entry_of(map(str, ENTRY[:FACTS]), beside) == ENTRY


def test_entries_are_brought_into_form_together_as_they_are_one_by_one() -> None:
    chance, alphabet = random.Random(7), "红光酒业长乐行abc(（ 1有限公司𠮷"
    made = [
        named("".join(chance.choices(alphabet, k=n % 12 + 1)))._replace(code=f"91421303MA{n:07}A") for n in range(300)
    ]
    made += [ENTRY, named("有限公司"), named("（）")]
    together = list(documents(made, ["0红", "0长"]))
    assert together == [given for entry in made for given in documents([entry], ["0红", "0长"])]
    for entry, given in zip(made, together, strict=True):
        folded = fold(entry.name)
        assert given["names"].split(" ") == pairs(folded, begins=True, ends=True)
        assert given["initials"].split() == pairs(initials(without_form(folded)))
        assert given["key"] == sort_key(entry.status, folded, entry.code)


def test_an_entry_carries_what_it_is_found_by() -> None:
    (given,) = documents([ENTRY], [])
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


@pytest.mark.parametrize("lines", [[], [""], ["", ""], ["红"], ["红光", "", "酒", "a𠮷b"], ["一\n二", "三四五"]])
def test_pairs_of_many_lines_are_those_of_each(lines: list[str]) -> None:
    assert list(pairs_of(lines)) == [" ".join(pairs(line)) for line in lines]


def numbers_of(terms: list[str]) -> list[int]:
    """The stretches for which these terms stand."""
    numbers = [int(term[1:]) for term in terms]
    return numbers if terms[0].startswith("b") else [n * COARSE + i for n in numbers for i in range(COARSE)]


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 100, 511])
def test_stretches_cover_all_from_where_they_start_once_and_in_order(count: int) -> None:
    boundaries = [f"{number:04}" for number in range(count)]
    for start in {0, 1, count // 2, count}:
        covered = [number for terms in stretches(boundaries, start) for number in numbers_of(terms)]
        assert covered == sorted(set(covered))
        assert covered[0] == start
        assert covered[-1] >= count


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 50])
def test_stretches_up_to_an_end_are_those_and_no_others(count: int) -> None:
    boundaries = [f"{number:04}" for number in range(count)]
    for start in range(count + 1):
        for end in range(start, count + 1):
            covered = [number for terms in stretches(boundaries, start, end) for number in numbers_of(terms)]
            assert [number for number in covered if number <= count] == list(range(start, end + 1)), (start, end)


@pytest.mark.parametrize("every", [1, 3, 40, 400])
def test_names_that_begin_with_a_text_lie_where_it_is_said_in_no_stretch_twice(every: int) -> None:
    chance = random.Random(every)
    names = ["".join(chance.choices("红光永", k=chance.randint(1, 5))) for _ in range(400)]
    keys = sorted(sort_key(chance.choice(list(RANKS)), name, f"91421303MA{n:07}A") for n, name in enumerate(names))
    boundaries = sorted({key.partition("-")[0] for key in keys[every::every]})
    for text in {name[:length] for name in names for length in (1, 2, 3)}:
        said = [range(low, high + 1) for low, high in beginning_with(boundaries, text)]
        places = [number for each in said for number in each]
        assert places == sorted(set(places))
        assert {stretch_of(boundaries, key) for key in keys if key[1:].startswith(text)} <= set(places)


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
