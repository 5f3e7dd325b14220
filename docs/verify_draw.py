"""Repeats a published draw of random inspections, with the Python standard library alone.

    python verify_draw.py DRAW [TOKENS [CODES]]

DRAW is the JSON of GET /api/credit-registry/v1/inspection-plans/{id}/draw; TOKENS and CODES are the files at its
`pool.tokens_url` and `pool.codes_url`. Each may be a file or an https address; without TOKENS and CODES they are
fetched from the host of DRAW. Prints one line for each check and ends with 0 when all of them hold, with 1 otherwise.

It shares no code with the register: what it computes is written out in docs/registry-supervision.md.
"""

import hashlib
import json
import sys
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ALGORITHM = "yiwang-draw-1"
GROUNDS = {"conflict", "absence", "left_office"}
WHO = ("inspector", "planner", "superior")
PASSED = {"on_task", "declared", "recent", "excluded", "inactive"}


def sha256(*parts: bytes) -> bytes:
    """The SHA-256 of the parts, one behind the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def key_of(draw: dict[str, Any]) -> bytes:
    """The key of the draw: from the number of the plan, the seed and the public entropy."""
    return sha256(f"{ALGORITHM}\n{draw['plan_number']}\n{draw['seed']}\n{draw['entropy'] or ''}\n".encode())


def take(size: int, ratio: int) -> int:
    """How many a ratio in basis points draws of `size`, rounded up."""
    return min(size, (size * ratio + 9_999) // 10_000)


def shuffled(key: bytes, certificates: list[str], label: bytes) -> list[str]:
    """The certificates in the order of SHA-256(key, label, line feed, certificate)."""
    return sorted(certificates, key=lambda c: (sha256(key, label, b"\n", c.encode()), c))


def redrawn(draw: dict[str, Any], tokens: str) -> list[str]:
    """The tokens that must have been drawn, in the order of their tickets."""
    key = key_of(draw)
    groups: dict[str, list[tuple[bytes, str]]] = {}
    for line in tokens.splitlines():
        token, stratum = line.split(",")
        groups.setdefault(stratum, []).append((sha256(key, bytes.fromhex(token)), token))
    takes = {one["stratum"]: take(one["size"], one["ratio"]) for one in draw["pool"]["strata"]}
    chosen = [one for stratum, group in groups.items() for one in sorted(group)[: takes.get(stratum, 0)]]
    return [token for _, token in sorted(chosen)]


def redealt(draw: dict[str, Any]) -> list[list[str]]:
    """The inspectors each drawn entity must have been given."""
    key, everybody, each = key_of(draw), draw["pool"]["inspectors"], draw["pool"]["inspectors_each"]
    deck: list[str] = []
    rounds = 0
    dealt = []
    for entity in draw["drawn"]:
        barred = set(entity["excluded"])
        given: list[str] = []
        passed: list[str] = []
        while len(given) < min(each, len(set(everybody) - barred)):
            if not deck:
                rounds += 1
                deck = shuffled(key, everybody, f"round{rounds}".encode())
            top = deck.pop(0)
            (passed if top in barred or top in given else given).append(top)
        deck = passed + deck
        dealt.append(given)
    return dealt


Step = tuple[dict[str, Any], set[str], set[str]]


def steps(entity: dict[str, Any]) -> list[Step]:
    """Each replacement on an entity, with who was on it then, and who was or had been."""
    on, ever = set(entity["inspectors"]), set(entity["inspectors"])
    found: list[Step] = []
    for one in entity["substitutions"]:
        found.append((one, set(on), set(ever)))
        on = on - {one["out"]} | {one["substitute"]}
        ever = ever | {one["substitute"]}
    return found


def substitutes_hold(draw: dict[str, Any]) -> bool:
    """Whether each substitute is the first in order of those who were not passed over."""
    key = key_of(draw)
    for entity in draw["drawn"]:
        order = shuffled(key, draw["pool"]["inspectors"], b"substitute" + bytes.fromhex(entity["token"]))
        for one in entity["substitutions"]:
            free = [certificate for certificate in order if certificate not in one["passed_over"]]
            if not free or free[0] != one["substitute"] or one["out"] not in one["passed_over"]:
                return False
    return True


def chain_holds(draw: dict[str, Any]) -> bool:
    """Whether replacements are numbered without a gap, take out who was on, and bring in nobody twice."""
    for entity in draw["drawn"]:
        for number, (one, on, ever) in enumerate(steps(entity), start=1):
            if one["number"] != number or one["out"] not in on or one["substitute"] in ever:
                return False
            if one["ground"] not in GROUNDS or one["by"] not in (*WHO, None):
                return False
    return True


def passed_over_hold(draw: dict[str, Any]) -> bool:
    """Whether exactly those were passed over who are named with a ground: all who were on it, all kept away at the
    draw, nobody as being on it who was not. Replacements of before this was recorded (`by` absent) have no grounds.
    """
    for entity in draw["drawn"]:
        for one, _, ever in steps(entity):
            grounds = one["passed_over_grounds"]
            if one["by"] is None and not grounds:
                continue
            if set(grounds) != set(one["passed_over"]) or not set(grounds.values()) <= PASSED:
                return False
            if {c for c, why in grounds.items() if why == "on_task"} != ever:
                return False
            if not set(entity["excluded"]) <= set(grounds):
                return False
    return True


def within_limits(draw: dict[str, Any]) -> bool:
    """Whether no unit replaced more than it may, and no substitute for absence; who withdrew himself is not counted."""
    most = draw["most_replacements"]
    for entity in draw["drawn"]:
        dealt = set(entity["inspectors"])
        by_unit = [one for one in entity["substitutions"] if one["by"] == "planner"]
        absent = [one for one in entity["substitutions"] if one["by"] == "superior" and one["ground"] == "absence"]
        if len(by_unit) > most or len(absent) > most:
            return False
        if any(one["ground"] == "absence" and one["out"] not in dealt for one in by_unit):
            return False
    return True


def day_of(moment: str) -> str:
    """The day of a moment in China."""
    return str(datetime.fromisoformat(moment).astimezone(timezone(timedelta(hours=8))).date())


def notes(draw: dict[str, Any]) -> Iterator[str]:
    """What holds and still leaves less to chance than a reader may think."""
    if draw["drawn_at"] and draw.get("draw_by", "9999") < day_of(draw["drawn_at"]):
        yield f"it was to be drawn by {draw['draw_by']}"
    for one in draw["pool"]["strata"]:
        if 0 < one["size"] == one["take"]:
            yield f"of class {one['stratum']} all {one['size']} were drawn"
    if draw["entropy_source"] and (draw["entropy_from"] or "") <= day_of(draw["frozen_at"]):
        yield "the public entropy may have been known when the pools were frozen"
    given = [one for one in draw["drawn"] if one["inspectors"]]
    few = sum(len(draw["pool"]["inspectors"]) - len(one["excluded"]) <= len(one["inspectors"]) for one in given)
    if few:
        yield f"{few} entities had no more inspectors without a conflict than they were given"
    for one in draw["drawn"]:
        for step in one["substitutions"]:
            why = f"{step['ground']}, by {step['by'] or 'somebody not recorded'}"
            yield f"{one['task_number']}: {step['out']} gave way to {step['substitute']} ({why})"


def opens(entity: dict[str, Any]) -> bool:
    """Whether salt and code of a drawn entity give its token."""
    return sha256(bytes.fromhex(entity["salt"]), entity["code"].encode()) == bytes.fromhex(entity["token"])


def lines_digest(lines: list[str]) -> str:
    """The SHA-256 of sorted lines, each ended by a line feed."""
    return sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hex()


def checks(draw: dict[str, Any], tokens: str, codes: str) -> Iterator[tuple[str, bool]]:
    """Every check with its outcome."""
    pool, drawn = draw["pool"], draw["drawn"]
    yield "the algorithm is the one of this program", draw["algorithm"] == ALGORITHM
    yield "codes: the file is the one that was frozen", sha256(codes.encode()).hex() == pool["codes_sha256"]
    yield "tokens: the file is the one that was frozen", sha256(tokens.encode()).hex() == pool["tokens_sha256"]
    sizes = [len(codes.splitlines()), len(set(codes.splitlines())), len(set(tokens.splitlines()))]
    yield "as many tokens as codes, none twice", sizes == [pool["entities"]] * 3
    strata = Counter(line.split(",")[1] for line in tokens.splitlines())
    published = {one["stratum"]: one["size"] for one in pool["strata"] if one["size"]}
    yield "the classes are as large as published", dict(strata) == published
    yield "the ratios give the numbers drawn", all(take(s["size"], s["ratio"]) == s["take"] for s in pool["strata"])
    yield (
        "inspectors: the list is the one that was frozen",
        lines_digest(pool["inspectors"]) == pool["inspectors_sha256"],
    )
    if not draw["seed"]:
        return
    yield "the seed is the one committed to", sha256(bytes.fromhex(draw["seed"])).hex() == draw["commitment"]
    yield "entropy was used where it was announced", bool(draw["entropy_source"]) == bool(draw["entropy"])
    yield "entities: drawn are the lowest tickets of each class", [d["token"] for d in drawn] == redrawn(draw, tokens)
    yield "each drawn token opens to its code", all(opens(one) for one in drawn)
    yield "each drawn code is in the pool", {one["code"] for one in drawn} <= set(codes.splitlines())
    classes = dict(line.split(",") for line in tokens.splitlines())
    yield "each drawn entity has the class of its token", all(classes.get(d["token"]) == d["stratum"] for d in drawn)
    yield "inspectors: dealt as the seed says", [one["inspectors"] for one in drawn] == redealt(draw)
    yield "no inspector has a conflict", not any(set(one["inspectors"]) & set(one["excluded"]) for one in drawn)
    yield "substitutes: the first in order who is not passed over", substitutes_hold(draw)
    yield "replacements: one after another, nobody comes twice", chain_holds(draw)
    yield "replacements: each who is passed over is so by a named ground", passed_over_hold(draw)
    yield "replacements: no more than the unit may make", within_limits(draw)


def read(where: str) -> str:
    """The text of a file or an address."""
    if not where.startswith(("https://", "http://")):
        return Path(where).read_text(encoding="utf-8")
    with urllib.request.urlopen(where, timeout=60) as answer:  # noqa: S310 - the scheme stands above
        return str(answer.read().decode())


def beside(where: str, path: str) -> str:
    """The address of a path of the same service."""
    base, found, _ = where.partition("/v1/")
    if not found:
        raise SystemExit("give the files of tokens and codes too")
    return urllib.parse.urljoin(where, urllib.parse.urlparse(base).path + path)


def main(arguments: list[str]) -> int:
    """Checks what the arguments name."""
    if not 1 <= len(arguments) <= 3:
        raise SystemExit(__doc__)
    draw = json.loads(read(arguments[0]))
    urls = [beside(arguments[0], draw["pool"][name]) for name in ("tokens_url", "codes_url")[len(arguments) - 1 :]]
    tokens, codes = (read(where) for where in [*arguments[1:], *urls])
    outcomes = list(checks(draw, tokens, codes))
    for name, holds in outcomes:
        sys.stdout.write(f"{'ok  ' if holds else 'FAIL'} {name}\n")
    for note in notes(draw):
        sys.stdout.write(f"note {note}\n")
    if not draw["seed"]:
        by = f", to be drawn by {draw['draw_by']}" if "draw_by" in draw else ""
        sys.stdout.write(f"not drawn yet{by}: only the frozen pools could be checked\n")
    return 0 if all(holds for _, holds in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
