"""Real objects, called by those whose business they are and by those whose business they are not: with `make matrix`.

`cases.txt` says what becomes of each act of each caller; it is written by hand, from what the law and the docs say.
"""

import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.matrix.objects import AGENCIES, PEOPLE, STAFF, World, build
from tests.support.platform import Platform

TABLE = Path(__file__).with_name("cases.txt")
GROUPS = {"people": frozenset(PEOPLE), "staff": frozenset(STAFF), "agencies": frozenset(AGENCIES)}
REASON = {"reason": "核对当事人身份信息"}


class Act(NamedTuple):
    """A call on an object: method, what comes after its address, body, and whether it names the version."""

    method: str
    rest: str = ""
    body: Any = None
    versioned: bool = False


READ = Act("GET")
FORM = Act("PATCH", "", {"form": {"address": "湖北省随州市曾都区"}}, versioned=True)
ACTS = {
    ("draft", "edit"): FORM,
    ("draft", "submit"): Act("POST", "/submission"),
    ("draft", "accept"): Act("POST", "/acceptance", None, versioned=True),
    ("submitted", "history"): Act("GET", "/history"),
    ("submitted", "material"): Act("GET", "/materials/ARTICLES"),
    ("submitted", "edit"): FORM,
    ("submitted", "withdraw"): Act("POST", "/withdrawal", {}),
    ("submitted", "unmask"): Act("POST", "/applicant-unmasking", REASON),
    ("submitted", "accept"): Act("POST", "/acceptance", None, versioned=True),
    ("enterprise's", "edit"): FORM,
    ("enterprise's", "submit"): Act("POST", "/submission"),
    ("complaint", "deadlines"): Act("GET", "/deadlines"),
    ("complaint", "records"): Act("GET", "/mediation-records"),
    ("complaint", "object"): Act("POST", "/objection", {"reasons": "商品与标签相符,并无违法"}, versioned=True),
    ("complaint", "unmask"): Act("POST", "/complainant-unmasking", REASON),
    ("complaint", "mediate"): Act("POST", "/mediation-records", {"minutes": "双方到场。"}),
    ("complaint", "withdraw"): Act("POST", "/withdrawal", {}, versioned=True),
    ("article", "edit"): Act("PATCH", "", {"summary": "六月底前报送"}, versioned=True),
    ("article", "approve"): Act("POST", "/approval", {"outcome": "passed"}, versioned=True),
    ("article", "review"): Act("POST", "/secrecy-review", {"outcome": "passed", "basis": "未涉及国家秘密"}, True),
    ("webhook", "edit"): Act("PATCH", "", {"name": "登记"}, versioned=True),
    ("webhook", "pause"): Act("POST", "/pause"),
    ("webhook", "delete"): Act("DELETE"),
    ("client", "edit"): Act("PATCH", "", {"contacts": ["it@tax.example.cn"]}, versioned=True),
    ("client", "lose_key"): Act("DELETE", "/keys/one"),
    ("mandate", "decline"): Act("POST", "/declination"),
    ("mandate", "revoke"): Act("POST", "/revocation", {"reason": "已办结"}),
    ("session", "end"): Act("DELETE"),
    ("report", "edit"): Act("PATCH", "", {"contact": {"postcode": "441300"}}, versioned=True),
    ("report", "check"): Act("GET", "/check"),
    ("report", "submit"): Act("POST", "/submission", {}, versioned=True),
    ("listing", "case"): Act("GET", "/case"),
    ("listing", "decide"): Act("POST", "/decision", {"outcome": "listed", "reason": "查证属实"}, versioned=True),
    ("request", "withdraw"): Act("POST", "/withdrawal", None, versioned=True),
    ("grant", "revoke"): Act("POST", "/revocation", {"reason": "用途已经结束"}, versioned=True),
    ("task", "result"): Act(
        "POST", "/result", {"result": "nothing_found", "inspected_on": "2026-11-20"}, versioned=True
    ),
    ("task", "publish"): Act("POST", "/publication", None, versioned=True),
    ("session", "end_as_administrator"): Act("DELETE"),
}
OWN = "/api/sso/v1/me"


class Line(NamedTuple):
    """A line of the table."""

    thing: str
    act: str
    expected: list[tuple[str, str]]

    def status_for(self, caller: str) -> str:
        """What the first fitting entry says."""
        return next(
            status for who, status in self.expected if who in (caller, "*") or caller in GROUPS.get(who, frozenset())
        )


def lines_of(text: str) -> Iterator[Line]:
    """The table, without its remarks."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            named, _, expected = line.partition(":")
            thing, act = named.split()
            entries = [entry.partition("=") for entry in expected.split()]
            yield Line(thing, act, [(who, status) for who, _, status in entries])


def address(world: World, line: Line) -> str:
    """Where the object is for this act: lists for mandates and log-ins, one's own for what one does oneself."""
    path = world.paths[line.thing]
    if (line.thing, line.act) in (("mandate", "read"), ("session", "read")):
        return path.rpartition("/")[0]
    if (line.thing, line.act) == ("mandate", "decline"):
        return f"{OWN}/mandates/{path.rpartition('/')[2]}"
    return f"{OWN}/sessions/{path.rpartition('/')[2]}" if (line.thing, line.act) == ("session", "end") else path


def status_of(world: World, line: Line, caller: str) -> int:
    """Does it; the version is the one which the caller sees, or a made-up one when he sees none."""
    act, path = ACTS.get((line.thing, line.act), READ), address(world, line)
    http, headers = world.callers[caller], {"X-CSRF": "1"} | world.headers_of(caller, path)
    if act.versioned:
        headers["If-Match"] = http.get(path, headers=headers).headers.get("etag", '"1"')
    if act.method == "POST":
        headers["Idempotency-Key"] = str(uuid.uuid4())
    content = {} if act.body is None else {"json": act.body}
    return http.request(act.method, path + act.rest, headers=headers, **content).status_code


def play(platform: Platform) -> tuple[list[str], int]:
    """Every surprise, and how many calls there were. Who is refused calls before who is let in."""
    world, found, count = build(platform), list[str](), 0
    for line in lines_of(TABLE.read_text(encoding="utf-8")):
        for caller in sorted(world.callers, key=lambda name: -int(line.status_for(name).strip("-") or 0)):
            wanted = line.status_for(caller)
            if wanted == "-":
                continue
            status, count = status_of(world, line, caller), count + 1
            if status != int(wanted):
                found.append(f"{line.thing} {line.act} as {caller}: {status} instead of {wanted}")
    return found, count


def tell(found: list[str], count: int) -> None:
    """Says what was surprising."""
    sys.stdout.write("".join(f"SURPRISE {line}\n" for line in found))
    sys.stdout.write(f"==> {count} calls on real objects, {len(found)} surprises\n")
