"""Unified social credit codes, GB 32100-2015.

Eighteen symbols: registering department, category, six digits of region, nine of organisation code (GB 11714) with a
check of its own, and a check over all.
"""

from dataclasses import dataclass
from operator import mul
from typing import Literal

from shared.codes import organisation_code as organisation

ALPHABET = organisation.ALPHABET
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
DEPARTMENTS = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监督管理",
    "A": "中央军委改革和编制办公室",
    "N": "农业农村",
    "Y": "其他",
}

Fault = Literal["length", "alphabet", "department", "region", "organisation_check", "check"]
_MESSAGES: dict[Fault, str] = {
    "length": "统一社会信用代码应为18位",
    "alphabet": "统一社会信用代码含有不允许的字符",
    "department": "登记管理部门代码不存在",
    "region": "第3至8位应为6位行政区划数字",
    "organisation_check": "第17位(组织机构代码校验码)不正确",
    "check": "第18位(校验码)不正确",
}


class InvalidCreditCode(ValueError):
    """The text is no credit code; `code` says which rule it breaks, the message says so in Chinese."""

    def __init__(self, code: Fault) -> None:
        super().__init__(_MESSAGES[code])
        self.code: Fault = code


@dataclass(frozen=True)
class CreditCode:
    """A valid code in parts; `str()` gives the eighteen characters."""

    text: str

    @property
    def department(self) -> str:
        """The registering department, a key of DEPARTMENTS."""
        return self.text[0]

    @property
    def category(self) -> str:
        """The category of entity within its department; under 9: 1 enterprise, 2 sole trader, 3 cooperative."""
        return self.text[1]

    @property
    def region(self) -> str:
        """The region (GB/T 2260) on the day of the first registration; it may no longer exist."""
        return self.text[2:8]

    @property
    def organisation_code(self) -> str:
        """The nine characters of the organisation code, check included."""
        return self.text[8:17]

    def __str__(self) -> str:
        return self.text


def normalise(text: str) -> str:
    """`text` as a code is written: upper case, without the spaces and hyphens people put in to read it out."""
    return "".join(text.split()).replace("-", "").upper()


def parse(text: str) -> CreditCode:
    """The code in `text`, normalised first. Raises InvalidCreditCode.

    Whether the region exists is not judged: a code keeps the region of its founding day.
    """
    code = normalise(text)
    fault = _fault(code)
    if fault is not None:
        raise InvalidCreditCode(fault)
    return CreditCode(code)


def is_valid(text: str) -> bool:
    """Whether `parse` takes `text`."""
    return _fault(normalise(text)) is None


def check_character(body: str) -> str:
    """The last character for the first seventeen: weights 3^i mod 31, complement mod 31."""
    total = sum(map(mul, map(_VALUES.__getitem__, body), _WEIGHTS))
    return ALPHABET[-total % 31]


def make(region: str, sequence: int, department: str = "9", category: str = "1") -> str:
    """The valid code for a sequence number; distinct numbers give distinct codes, in whatever region.

    Raises InvalidCreditCode for a malformed region or department, ValueError for a number out of range.
    """
    body = department + category + region + organisation.make(sequence)
    if not set(body) <= set(ALPHABET):
        raise InvalidCreditCode("alphabet")
    return parse(body + check_character(body)).text


def _fault(code: str) -> Fault | None:
    if len(code) != 18:
        return "length"
    if not _VALUES.keys() >= set(code):
        return "alphabet"
    if code[0] not in DEPARTMENTS:
        return "department"
    if not code[2:8].isdigit():
        return "region"
    if not organisation.is_valid(code[8:17]):
        return "organisation_check"
    return None if code[17] == check_character(code[:17]) else "check"
