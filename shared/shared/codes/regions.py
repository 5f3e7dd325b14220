"""Regions of GB/T 2260: six digits PPCCDD, with the names that python-stdnum carries.

Codes that were abolished stay known: entities and identity numbers keep the code of their day.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from stdnum import numdb

Level = Literal["nation", "province", "city", "county"]

NATION = "100000"

_SIGNIFICANT: dict[Level, int] = {"nation": 0, "province": 2, "city": 4, "county": 6}

_SPAN = re.compile(r"\[(\d*)-(\d*)\]")
# Rungs of the ladder that hold counties together but are no place: left out of full names.
_NOT_A_PLACE = frozenset({"市辖区", "县", "市区", "省直辖县级行政单位", "省直辖县级行政区划", "自治区直辖县级行政单位"})


@dataclass(frozen=True)
class Region:
    """A region. `current` is false when the code was abolished; its name is then the last it had."""

    code: str
    name: str
    current: bool


def is_known(code: str) -> bool:
    """Whether `code` is or was a region."""
    return code in _regions()


def is_current(code: str) -> bool:
    """Whether `code` is a region today."""
    region = _regions().get(code)
    return region is not None and region.current


def name(code: str) -> str:
    """The region's own name, such as 曾都区. Raises KeyError for an unknown code."""
    return _regions()[code].name


def full_name(code: str) -> str:
    """The name with its superiors, such as 湖北省随州市曾都区. Raises KeyError for an unknown code."""
    names = [name(step) for step in path(code)]
    places = [part for part in names if part not in _NOT_A_PLACE] or names
    return "".join(part for place, part in enumerate(places) if part not in places[:place])


def level(code: str) -> Level:
    """Nation, province, city or county, by the shape of the code alone. Raises ValueError for no six digits."""
    if not _is_shaped(code):
        raise ValueError("a region code is six digits")
    if code == NATION:
        return "nation"
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def parent(code: str) -> str | None:
    """The region above, None above the nation. Raises ValueError for no six digits.

    The city's code is given also where the city level is only a heading (省直辖县级行政单位).
    """
    match level(code):
        case "nation":
            return None
        case "province":
            return NATION
        case "city":
            return code[:2] + "0000"
        case "county":
            return code[:4] + "00"


def path(code: str) -> tuple[str, ...]:
    """The codes from the province down to `code`; of the nation, the nation alone. Raises KeyError when unknown."""
    _regions()[code]
    if code == NATION:
        return (NATION,)
    steps = dict.fromkeys((code[:2] + "0000", code[:4] + "00", code))
    return tuple(step for step in steps if is_known(step))


def children(code: str) -> tuple[Region, ...]:
    """The regions directly below that exist today, by code; none for an unknown code."""
    return _children().get(code, ())


def covers(unit_region: str, region: str) -> bool:
    """Whether a unit of `unit_region` stands over `region` or is of it.

    100000 covers all, PP0000 its province, PPCC00 its city, a county only itself; malformed codes cover nothing.
    """
    return _is_shaped(unit_region) and _is_shaped(region) and region.startswith(prefix(unit_region))


def prefix(code: str) -> str:
    """What the codes of a region and of all below it begin with, for a database to compare: nothing, PP, PPCC or all.

    Raises ValueError for no six digits.
    """
    return code[: _SIGNIFICANT[level(code)]]


def _is_shaped(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdigit()


@cache
def _regions() -> dict[str, Region]:
    found = {NATION: Region(NATION, "中国", current=True)}
    for _, province, _, labels, counties in numdb.get("cn/loc").prefixes:
        found[province + "0000"] = Region(province + "0000", labels["province"], current=True)
        for _, rest, _, below, _ in counties:
            code = province + rest
            found.setdefault(code, _region(code, below["county"]))
    return dict(sorted(found.items()))


@cache
def _children() -> dict[str, tuple[Region, ...]]:
    grouped: dict[str, list[Region]] = {}
    for region in _regions().values():
        above = parent(region.code)
        if above is not None and region.current:
            grouped.setdefault(above, []).append(region)
    return {code: tuple(regions) for code, regions in grouped.items()}


def _region(code: str, text: str) -> Region:
    """Read one entry such as `[1983-1986]郊区,[1987-]白云区`: the name of the open span, else the last."""
    latest = text.split(",")[-1]
    span = _SPAN.match(latest)
    if span is None:
        return Region(code, latest, current=True)
    return Region(code, latest[span.end() :], current=not span.group(2))
