"""Looking for what somebody may have meant. Blocks for some milliseconds: call it beside the event loop."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from tantivy import Query

from svc_credit_registry.discovery.indexes import service as indexes
from svc_credit_registry.discovery.indexes.rules import without_form
from svc_credit_registry.discovery.indexes.service import View
from svc_credit_registry.discovery.suggestions.rules import (
    LONGEST,
    REASONS,
    Guess,
    Reason,
    Suggestion,
    guesses,
    letter_slips,
    sounding_alike,
)
from svc_credit_registry.record.wording.rules import fold, pairs, segmentations, sound_keys

OFFERED = 5
LOOKED_AT = 50
READINGS, READINGS_OF_SLIP = 6, 2
COUNTED = 100
READ = 500_000
"""Entries read at most for an answer, and again for its counts. Texts which hardly anything but words of all names
would be found by are not looked for: they help nobody, and one of them takes as long as a hundred searches."""

Near = tuple[Reason, str]


@dataclass(frozen=True)
class Way:
    """A question to the index, how many entries it may have to read, and what a name that it finds tells."""

    query: Query
    at_most: int
    read: Callable[[str], Iterable[Near]]


def suggest(view: View, text: str) -> list[Suggestion]:
    """Up to five texts near to the folded `text` which names hold, the likeliest first."""
    if len(text) > LONGEST:
        return []
    found: dict[str, Reason] = {}
    for reason, other in _near(view, text):
        if other != text and (other not in found or REASONS.index(reason) < REASONS.index(found[other])):
            found[other] = reason
    return sorted(_counted(view, found), key=lambda s: (REASONS.index(s.reason), -s.count, s.text))[:OFFERED]


def _near(view: View, text: str) -> Iterator[Near]:
    """What is near, from the questions that read least on."""
    left = READ
    for way in sorted(_ways(view, text), key=lambda way: way.at_most):
        left -= way.at_most
        if left < 0:
            return
        for folded in _names(view, way.query) if way.at_most else ():
            yield from way.read(folded)


def _counted(view: View, found: Mapping[str, Reason]) -> Iterator[Suggestion]:
    left = READ
    for text, reason in sorted(found.items(), key=lambda item: REASONS.index(item[1]))[:COUNTED]:
        query, at_most = _holding(view, text)
        if at_most <= left:
            left -= at_most
            yield Suggestion(text, reason, indexes.count(view.searcher, query))


def _holding(view: View, text: str) -> tuple[Query, int]:
    """What finds the names that hold a text, or sound like it when it is of letters; and how many these are at most."""
    fields = [("names", pairs(text)), *(("sounds", syllables) for syllables in _syllables(text))]
    found = [indexes.phrase(field, words) for field, words in fields]
    return indexes.any_of(found), sum(indexes.rarest(view.searcher, field, words) for field, words in fields)


def _ways(view: View, text: str) -> Iterator[Way]:
    for key in sound_keys(without_form(text))[:READINGS]:
        yield _way(view, "sounds", key.split(), partial(_heard, text))
    for guess in guesses(text):
        if guess.words:
            words = guess.words if len(guess.words) > 1 else [guess.words[0][1]]
            yield _way(view, "names", words, partial(_read, guess, text))
    for near in dict.fromkeys(letter_slips(text)) if text.isascii() else ():
        for syllables in _syllables(near[1], READINGS_OF_SLIP):
            yield _way(view, "sounds", syllables, partial(_told, near))


def _syllables(text: str, at_most: int = READINGS) -> list[list[str]]:
    """How letters part into two syllables and more; nothing for what is written in characters."""
    return [parts for parts in segmentations(text, at_most) if len(parts) > 1] if text.isascii() else []


def _way(view: View, field: str, words: indexes.Words, read: Callable[[str], Iterable[Near]]) -> Way:
    return Way(indexes.phrase(field, words), indexes.rarest(view.searcher, field, words), read)


def _heard(text: str, folded: str) -> Iterator[Near]:
    return ((Reason.SAME_SOUND, part) for part in sounding_alike(folded, text))


def _told(near: Near, _: str) -> tuple[Near]:
    return (near,)


def _read(guess: Guess, text: str, folded: str) -> Iterator[Near]:
    for meant in guess.pattern.findall(folded):
        alike = guess.reason is Reason.REPLACED and any(sounding_alike(meant, text))
        yield (Reason.SAME_SOUND if alike else guess.reason), meant


def _names(view: View, query: Query) -> list[str]:
    hits = view.searcher.search(query, LOOKED_AT, count=False).hits
    return [fold(entry.name) for entry in view.entries(place for _, place in hits)]
