"""What a check of restrictions comes to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from svc_credit_registry.supervision.measure_catalogue.rules import ALL_MATTERS, Effect, strongest

MOST_AT_ONCE = 200
BASIS = "国办发〔2020〕49号：行政机关办理行政事项时查询信用记录，依法依规实施惩戒"

EXACT, BY_NAME = "identity", "name_only"


@dataclass(frozen=True)
class Hit:
    """A directive found for a subject, and how the subject was recognised."""

    effect: str
    matters: Sequence[str]
    matched_by: str


def bears_on(matters: Sequence[str], matter: str) -> bool:
    """Whether a measure bears on a matter."""
    return ALL_MATTERS in matters or matter in matters


def effect_of(hit: Hit) -> str:
    """What a hit does. Nobody is restricted because he is called like somebody else: a name alone is only shown."""
    return hit.effect if hit.matched_by == EXACT else Effect.ATTENTION


def overall(hits: Sequence[Hit]) -> str:
    """The strongest effect of all hits; "none" without any."""
    return strongest(effect_of(hit) for hit in hits)
