"""People who keep working while processes are killed, and the list of everything that was acknowledged to them.

Each act has one Idempotency-Key. When the answer is lost, or a service is away, the act is repeated with the same key
until it is answered, as a browser's retry or an integrator's program does it.
"""

import datetime
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.local.demo import PASSWORD
from shared.local.journey.establishment import MATTER, PDF, SERVICES, SSO, Journey, open_account
from shared.local.journey.people import Person, new_identity, new_trade_name

COMPLAINTS, REGISTRY = "/api/complaints/v1", "/api/credit-registry/v1"
AWAY = frozenset({502, 503, 504})
PATIENCE_SECONDS = 90.0
FORM = {
    "registered_capital_yuan": 1_000_000,
    "address": "湖北省随州市曾都区烈山大道一号",
    "business_scope": "酒类销售",
}


class Unexpected(Exception):
    """An answer which neither grants the act nor asks to try again."""


@dataclass(frozen=True)
class Entry:
    """Something acknowledged: what kind, its id, and during which trial."""

    kind: str
    id: str
    trial: int


@dataclass
class Ledger:
    """Everything that was acknowledged, and how often an act had to be repeated and why."""

    trial: int = 0
    abandoned: bool = False
    entries: list[Entry] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    citizens: list[str] = field(default_factory=list)
    usernames: list[str] = field(default_factory=list)
    repeated: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)

    def note(self, kind: str, id_: str) -> str:
        """Enters an acknowledged thing; its id."""
        self.entries.append(Entry(kind, id_, self.trial))
        return id_

    def of(self, kind: str) -> list[str]:
        """The ids of one kind, in the order of their acknowledgement."""
        return [entry.id for entry in self.entries if entry.kind == kind]


class Worker(threading.Thread):
    """A citizen and what the county's officer does for them, one act after the other until told to stop.

    It ends between two journeys, so that every act which was begun is acknowledged.
    """

    def __init__(self, base_url: str, ledger: Ledger, respondent: str, stop: threading.Event) -> None:
        super().__init__(name="worker", daemon=True)
        self.base_url, self.ledger, self.respondent, self.stop = base_url, ledger, respondent, stop
        self.citizen, self.officer = Person(base_url, "citizen"), Person(base_url, "officer")
        self.stranger = Person(base_url, "stranger")

    def enter(self) -> None:
        """Opens the citizen's account and logs both in, while nothing is broken yet."""
        identity = open_account(Journey(self.base_url, self.citizen, self.citizen), self.citizen, "张伟")
        account = self.citizen.json("GET", f"{SSO}/me", quiet=True)["id"]
        self.ledger.usernames.append(identity["username"])
        self.ledger.citizens.append(self.ledger.note("account", account))
        self.officer.log_in("reg.zengdu", PASSWORD)

    def run(self) -> None:
        """Works until stopped, or until something happens which should not: that is entered as a surprise."""
        turn = 0
        try:
            while not self.stop.is_set():
                self.work(turn)
                turn += 1
        except Exception as exc:
            self.ledger.surprises.append(f"{type(exc).__name__}: {exc}")

    def work(self, turn: int) -> None:
        """One journey: an application from the name to the decision, a complaint, now and then a new account."""
        if turn % 3 == 0:
            self.open_account()
        self.complain()
        case = self.apply(self.reserve())
        self.decide(case, "refused" if turn % 4 == 3 else "granted")

    def open_account(self) -> None:
        """An account more."""
        identity = new_identity() | {"name": "李娜"}
        self.ledger.usernames.append(identity["username"])
        self.made("account", self.insist(self.stranger, "POST", f"{SSO}/accounts", json=identity))

    def complain(self) -> None:
        """A complaint against an enterprise on the record."""
        yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
        complaint = {
            "respondent_code": self.respondent, "category": "quality", "product": "白酒", "amount_yuan": "268.00",
            "occurred_on": yesterday.isoformat(), "facts": "购买的白酒与标签不符。", "demand": "退款",
        }  # fmt: skip
        self.made("complaint", self.insist(self.citizen, "POST", f"{COMPLAINTS}/complaints", json=complaint))

    def reserve(self) -> str:
        """A reserved name; another one when the first is too close to one that is there."""
        while True:
            name = {"region": "421303", "trade_name": new_trade_name(), "industry_code": "C15",
                    "industry_word": "酒业", "organisation_form": "有限公司"}  # fmt: skip
            answer = self.insist(self.citizen, "POST", f"{SERVICES}/name-reservations", json=name)
            if answer.status_code != 409:
                return self.made("reservation", answer)

    def apply(self, reservation: str) -> str:
        """An application on that name, filled in and submitted."""
        body = {"matter_code": MATTER, "reservation_id": reservation}
        application = self.made("application", self.insist(self.citizen, "POST", f"{SERVICES}/applications", json=body))
        case = f"{SERVICES}/applications/{application}"
        expect(self.insist(self.citizen, "PATCH", case, of=case, json={"form": FORM}), 200)
        for code in ("ARTICLES", "DOMICILE"):
            place = f"{case}/materials/{code}?filename=a.pdf"
            answer = self.insist(
                self.citizen, "PUT", place, content=PDF, headers={"Content-Type": "application/pdf"}
            )  # fmt: skip
            expect(answer, 200, 201, 204)
        expect(self.insist(self.citizen, "POST", f"{case}/submission"), 200)
        self.ledger.note("submission", application)
        return application

    def decide(self, application: str, outcome: str) -> None:
        """Accepted and decided by the officer."""
        case = f"{SERVICES}/applications/{application}"
        expect(self.insist(self.officer, "POST", f"{case}/acceptance", of=case), 200)
        decision = {"outcome": outcome, "reason": "依法决定"}
        expect(self.insist(self.officer, "POST", f"{case}/decision", of=case, json=decision), 200)
        self.ledger.outcomes[application] = outcome
        self.ledger.note("decision", application)

    def made(self, kind: str, answer: httpx.Response) -> str:
        """Enters what a 201 has made."""
        return self.ledger.note(kind, expect(answer, 201).json()["id"])

    def insist(
        self, person: Person, method: str, path: str, *, of: str | None = None, headers: Any = None, **content: Any
    ) -> httpx.Response:
        """The answer to one act, repeated with the same key while nobody can say what became of it.

        With `of` the version is read anew for each try: a try whose answer was lost may have moved it.
        """
        sent = {"X-CSRF": "1", "Idempotency-Key": str(uuid.uuid4()), **(headers or {})}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and not self.ledger.abandoned:
            try:
                if of is not None:
                    read = person.http.get(of)
                    if self.is_to_repeat(read):
                        continue
                    sent["If-Match"] = expect(read, 200).headers["etag"]
                answer = person.http.request(method, path, headers=sent, **content)
            except httpx.TransportError as exc:
                self.pause(type(exc).__name__)
                continue
            if not self.is_to_repeat(answer):
                return answer
        raise Unexpected(f"{method} {path} had no answer for {PATIENCE_SECONDS} s")

    def is_to_repeat(self, answer: httpx.Response) -> bool:
        """Whether the answer says that the act may be tried again; then a moment has passed."""
        status = answer.status_code
        code = answer.json().get("code") if status in (409, 412) else None
        again = status in AWAY or status == 412 or code == "request_in_progress"
        if again:
            self.pause(str(status))
        return again

    def pause(self, reason: str) -> None:
        """A moment between two tries."""
        self.ledger.repeated[reason] += 1
        time.sleep(0.1)


def expect(answer: httpx.Response, *statuses: int) -> httpx.Response:
    """The answer, if its status is one of these."""
    if answer.status_code not in statuses:
        request = answer.request
        raise Unexpected(f"{request.method} {request.url.path}: {answer.status_code} {answer.text[:600]}")
    return answer


class Crowd:
    """Several workers at a time."""

    def __init__(self, base_url: str, size: int) -> None:
        self.ledger, self._stop = Ledger(), threading.Event()
        anyone = Person(base_url, "anyone")
        page = anyone.json("GET", f"{REGISTRY}/enterprises?limit=1&region=421303", quiet=True)
        respondent = page["items"][0]["code"]
        self.workers = [Worker(base_url, self.ledger, respondent, self._stop) for _ in range(size)]

    def begin(self) -> None:
        """Logs everybody in and lets them work."""
        for worker in self.workers:
            worker.enter()
        for worker in self.workers:
            worker.start()

    def abandon(self) -> None:
        """Sends everybody home at once: nothing will answer any more."""
        self.ledger.abandoned = True
        self._stop.set()

    def end(self) -> Ledger:
        """Lets everybody finish; what was acknowledged to them."""
        self._stop.set()
        for worker in self.workers:
            worker.join(2 * PATIENCE_SECONDS)
            assert not worker.is_alive(), "somebody never got an answer"
        return self.ledger
