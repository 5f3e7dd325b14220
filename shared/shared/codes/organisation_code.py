"""Organisation codes, GB 11714: eight characters and a check; they are characters 9 to 17 of a credit code."""

from operator import mul

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 symbols that GB 32100 allows: no I, O, S, V, Z, which are mistaken for digits or each other."""

SEQUENCES = 31**6
"""How many codes `make` can give: sequence numbers run from 0 up to, not including, this."""

_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUES = {symbol: int(symbol, 36) for symbol in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_SYMBOLS = frozenset(ALPHABET)
# Codes given by registrars of market entities since 2015 start with these two letters.
_PREFIX = "MA"


def check_character(body: str) -> str:
    """The check character of an eight-character body: weights mod 11, where 10 is X and 11 is 0."""
    if len(body) != len(_WEIGHTS):
        raise ValueError("the body of an organisation code has eight characters")
    total = sum(map(mul, map(_VALUES.__getitem__, body), _WEIGHTS))
    return "0123456789X0"[11 - total % 11]


def is_valid(code: str) -> bool:
    """Whether `code` is nine characters of the alphabet, the last of which checks the others."""
    return len(code) == 9 and _SYMBOLS.issuperset(code) and code[8] == check_character(code[:8])


def make(sequence: int) -> str:
    """The code of a sequence number: the number in base 31 behind a fixed prefix, so distinct numbers differ.

    Raises ValueError when the number is outside 0 <= sequence < SEQUENCES.
    """
    if not 0 <= sequence < SEQUENCES:
        raise ValueError(f"a sequence number is from 0 to {SEQUENCES - 1}")
    symbols = ""
    for _ in range(6):
        sequence, digit = divmod(sequence, 31)
        symbols = ALPHABET[digit] + symbols
    body = _PREFIX + symbols
    return body + check_character(body)
