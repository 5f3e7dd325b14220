"""Looking for what somebody may have meant. Blocks for some milliseconds: call it beside the event loop."""

from collections.abc import Iterable

from tantivy import Query

from svc_credit_registry.discovery.indexes import service as indexes
from svc_credit_registry.discovery.indexes.rules import pairs, without_form
from svc_credit_registry.discovery.indexes.service import View
from svc_credit_registry.discovery.suggestions.rules import (
    LONGEST,
    REASONS,
    Reason,
    Suggestion,
    guesses,
    sounding_alike,
)
from svc_credit_registry.record.wording.rules import fold, sound_keys

OFFERED = 5
LOOKED_AT = 50
READINGS = 6


def suggest(view: View, text: str) -> list[Suggestion]:
    """Up to five texts near to the folded `text` which names hold, the likeliest first."""
    if len(text) > LONGEST:
        return []
    found: dict[str, Reason] = {}
    for reason, other in (*_by_sound(view, text), *_by_slip(view, text)):
        if other != text and (other not in found or REASONS.index(reason) < REASONS.index(found[other])):
            found[other] = reason
    counted = [Suggestion(t, r, indexes.count(view.searcher, _holding(t))) for t, r in found.items()]
    return sorted(counted, key=lambda s: (REASONS.index(s.reason), -s.count, s.text))[:OFFERED]


def _holding(text: str) -> Query:
    return indexes.phrase("names", pairs(text))


def _by_sound(view: View, text: str) -> Iterable[tuple[Reason, str]]:
    for key in sound_keys(without_form(text))[:READINGS]:
        for folded in _names(view, indexes.phrase("sounds", key.split())):
            for part in sounding_alike(folded, text):
                yield Reason.SAME_SOUND, part


def _by_slip(view: View, text: str) -> Iterable[tuple[Reason, str]]:
    for guess in guesses(text):
        if not guess.words:
            continue
        query = indexes.phrase("names", guess.words if len(guess.words) > 1 else [guess.words[0][1]])
        for folded in _names(view, query):
            for meant in guess.pattern.findall(folded):
                alike = guess.reason is Reason.REPLACED and any(sounding_alike(meant, text))
                yield (Reason.SAME_SOUND if alike else guess.reason), meant


def _names(view: View, query: Query) -> list[str]:
    hits = view.searcher.search(query, LOOKED_AT, count=False).hits
    return [fold(entry.name) for entry in view.entries(place for _, place in hits)]
