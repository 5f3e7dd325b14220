"""What somebody may have meant who found nothing: one character off, or another one of the same sound."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from svc_credit_registry.record.wording.rules import all_sounds, pairs

LONGEST = 20
SHORTEST_WITH_GAP = 4
"""Below that, what is left beside a gap would fit nearly every name."""


CONFUSED = (
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"), ("f", "h"), ("l", "r"), ("ang", "an"), ("eng", "en"),
    ("ing", "in"),
)  # fmt: skip
"""Sounds of Putonghua which speakers of many dialects do not tell apart."""
OFTEN_LEFT_OUT = "aeiouvhgn"


class Reason(StrEnum):
    """What is other in a suggestion, the likeliest slip first."""

    SAME_SOUND = "same_sound"
    SWAPPED = "swapped"
    REPLACED = "replaced"
    MISSING = "missing"
    SURPLUS = "surplus"


REASONS = tuple(Reason)


@dataclass(frozen=True)
class Suggestion:
    """Another text, and how many names hold it."""

    text: str
    reason: Reason
    count: int


@dataclass(frozen=True)
class Guess:
    """A slip: the pairs, each with its place, that a name then holds, and the pattern of what was meant."""

    reason: Reason
    words: tuple[tuple[int, str], ...]
    pattern: re.Pattern[str]


def guesses(text: str) -> Iterator[Guess]:
    """The slips of one character by which `text` may have come about."""
    for at, (a, b) in enumerate(itertools.pairwise(text)):
        if a != b:
            yield _whole(Reason.SWAPPED, text[:at] + b + a + text[at + 2 :])
    if len(text) < SHORTEST_WITH_GAP:
        return
    for at in range(len(text)):
        yield _gapped(Reason.REPLACED, text[:at], text[at + 1 :])
        yield _whole(Reason.SURPLUS, text[:at] + text[at + 1 :])
        if at:
            yield _gapped(Reason.MISSING, text[:at], text[at:])


def letter_slips(letters: str) -> Iterator[tuple[Reason, str]]:
    """Pinyin by whose slip `letters` may have come about: what many do not tell apart, then a letter off."""
    for one, other in (*CONFUSED, *((other, one) for one, other in CONFUSED)):
        for found in re.finditer(one, letters):
            yield Reason.SAME_SOUND, letters[: found.start()] + other + letters[found.end() :]
    for at, (a, b) in enumerate(itertools.pairwise(letters)):
        yield Reason.SWAPPED, letters[:at] + b + a + letters[at + 2 :]
    for at in range(len(letters)):
        yield Reason.SURPLUS, letters[:at] + letters[at + 1 :]
    for at, letter in itertools.product(range(len(letters) + 1), OFTEN_LEFT_OUT):
        yield Reason.MISSING, letters[:at] + letter + letters[at:]


def _whole(reason: Reason, meant: str) -> Guess:
    return Guess(reason, tuple(enumerate(pairs(meant))), re.compile(re.escape(meant)))


def _gapped(reason: Reason, left: str, right: str) -> Guess:
    before = enumerate(pairs(left))
    behind = enumerate(pairs(right), start=len(left) + 1)
    pattern = re.compile(f"(?={re.escape(left)}.{re.escape(right)})" + "." * (len(left) + 1 + len(right)))
    return Guess(reason, (*before, *behind), pattern)


def sounding_alike(folded: str, text: str) -> Iterator[str]:
    """The parts of a folded name that sound like `text` and are written in another way."""
    size = len(text)
    for start in range(len(folded) - size + 1):
        part = folded[start : start + size]
        if part != text and all(
            a == b or not set(all_sounds(a)).isdisjoint(all_sounds(b)) for a, b in zip(part, text, strict=True)
        ):
            yield part
