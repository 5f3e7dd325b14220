"""A measured figure, and how figures are told: a table for people, JSON lines under `.bench/` for machines."""

import json
import os
import sys
from dataclasses import asdict, dataclass

from tests.support.databases import ROOT


@dataclass(frozen=True)
class Figure:
    """One line; `goal` is on the ratio to the peer in the same run, on the value where there is no peer."""

    name: str
    value: float
    unit: str
    goal: str | None = None
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        limit = float(self.goal[2:])
        return measured <= limit if self.goal.startswith("<=") else measured >= limit


def beside(name: str, value: float, unit: str, goal: str | None, peer: str, peer_value: float) -> Figure:
    """A figure with the same of a peer, and their ratio."""
    return Figure(name, value, unit, goal, peer, peer_value, value / peer_value if peer_value else None)


def parts_asked(known: str) -> list[str]:
    """The parts of a bench that `PARTS` names, all by default; an unknown one ends the run."""
    asked = os.environ.get("PARTS", known).split()
    if unknown := set(asked) - set(known.split()):
        sys.exit(f"PARTS: no {', '.join(sorted(unknown))} among: {known}")
    return asked


def tell(bench: str, found: list[Figure]) -> None:
    """Prints the table and writes `.bench/<bench>.jsonl`."""
    folder = ROOT / ".bench"
    folder.mkdir(exist_ok=True)
    lines = "".join(json.dumps(asdict(figure)) + "\n" for figure in found)
    (folder / f"{bench}.jsonl").write_text(lines, encoding="utf-8")
    for figure in found:
        sys.stdout.write(_line(figure) + "\n")


def _line(figure: Figure) -> str:
    peer = (
        f"{figure.peer} {figure.peer_value:,.2f}" if figure.peer is not None and figure.peer_value is not None else ""
    )
    ratio = f"{figure.ratio:.2f} x" if figure.ratio is not None else ""
    verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
    goal = figure.goal or ""
    return f"{figure.name:38} {figure.value:12,.2f} {figure.unit:6} {peer:24} {ratio:>8} {goal:>8} {verdict}"
