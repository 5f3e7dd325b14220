"""How well a natural person's identity is known (levels as in the platforms of the provinces: 实名 in steps)."""

SELF_DECLARED, TWO_FACTOR, IN_PERSON = "self_declared", "two_factor", "in_person"
LEVELS = (SELF_DECLARED, TWO_FACTOR, IN_PERSON)
"""自报 - 姓名与身份证号两要素核验 - 窗口现场核验; the weakest first."""

CONFIRMED, NOT_CONFIRMED = "confirmed", "not_confirmed"
DOCUMENTS = ("resident_identity_card", "residence_permit", "passport")
FAILURES_A_DAY = 5


def reaches(level: str, needed: str) -> bool:
    """Whether `level` is `needed` or better."""
    return LEVELS.index(level) >= LEVELS.index(needed)


def higher(level: str, other: str) -> str:
    """The better of two levels: a check never takes away what an earlier one gave."""
    return max(level, other, key=LEVELS.index)
