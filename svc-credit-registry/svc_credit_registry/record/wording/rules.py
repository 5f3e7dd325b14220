"""How names are brought into one form, so that they can be found and compared: folding, character pairs, sounds.

Folding undoes what writers vary without meaning another name: width, case, brackets, spaces, traditional characters.
"""

import itertools
import re
import unicodedata
from functools import cache, lru_cache

import opencc
from pypinyin.constants import PINYIN_DICT

READINGS_KEPT = 3
SOUND_KEYS = 48
_BASIC_PLANE = 0xFFFF

_VOWELS = frozenset("aeiouv")
_NOISE = re.compile(r"[\W_]+")
_TONES = str.maketrans("āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ", "aaaaooooeeeeiiiiuuuuvvvvvnnnm")
# Of characters read in several ways, those whose further readings are common in names; all else is rare there.
_COMMON_READINGS = {
    "曾": ("céng", "zēng"), "单": ("dān", "shàn"), "沈": ("shěn", "chén"), "长": ("cháng", "zhǎng"),
    "重": ("zhòng", "chóng"), "行": ("xíng", "háng"), "乐": ("lè", "yuè"), "都": ("dū", "dōu"),
    "地": ("dì",), "朝": ("cháo", "zhāo"), "藏": ("cáng", "zàng"), "盛": ("shèng", "chéng"),
    "尚": ("shàng",), "调": ("tiáo", "diào"), "会": ("huì", "kuài"), "系": ("xì",), "车": ("chē",),
    "银": ("yín",), "华": ("huá", "huà"), "任": ("rèn", "rén"), "解": ("jiě", "xiè"), "查": ("chá", "zhā"),
    "参": ("cān", "shēn"), "传": ("chuán", "zhuàn"), "宿": ("sù", "xiǔ"), "卡": ("kǎ",), "石": ("shí",),
    "大": ("dà",), "万": ("wàn",), "阿": ("ā",), "蓝": ("lán",), "里": ("lǐ",), "荃": ("quán",), "红": ("hóng",),
    "家": ("jiā",), "丁": ("dīng",), "谷": ("gǔ",), "洗": ("xǐ",), "贾": ("jiǎ", "gǔ"), "柏": ("bǎi", "bó"),
    "翟": ("zhái", "dí"), "仇": ("chóu", "qiú"), "朴": ("pǔ", "piáo"), "区": ("qū", "ōu"), "盖": ("gài", "gě"),
    "降": ("jiàng", "xiáng"), "兴": ("xīng", "xìng"), "和": ("hé",), "好": ("hǎo",), "中": ("zhōng",), "正": ("zhèng",),
}  # fmt: skip
# How these are read in names of places, where the dictionary's first reading is another one.
_PLACE_READINGS = {
    "曾": "zēng",
    "都": "dū",
    "长": "cháng",
    "重": "chóng",
    "乐": "lè",
    "行": "xíng",
    "朝": "cháo",
    "地": "dì",
}


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplified(character: str) -> str:
    """A traditional character simplified. What GB 2312 holds is simple already: 乾 of 乾隆 and 著 stay as they are."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return str(_simplifier().convert(character))
    return character


def _folded_character(character: str) -> str:
    """What becomes of one character, whatever stands beside it: so a part of a name folds as the name does."""
    before, after = "", character
    while after != before:
        before = after
        plain = _NOISE.sub("", unicodedata.normalize("NFKC", before)).lower()
        after = "".join(c if c.isascii() else _simplified(c) for c in plain)
    return after


class _Folding(dict[int, str]):
    """What each character is folded to, worked out when it is met first.

    What lies beyond the basic plane is rare and worked out each time: who asks for all there is fills no memory.
    """

    def __missing__(self, point: int) -> str:
        folded = _folded_character(chr(point))
        if point <= _BASIC_PLANE:
            self[point] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """`text` in the one form in which names are compared: half width, lower case, simplified, no brackets or spaces."""
    return text.translate(_FOLDING)


def fold_asked(text: str) -> str:
    """What somebody looks for, folded. Who writes traditional characters means 干 by 乾 in 乾燥, yet not in 乾隆."""
    plain = "".join(c for c in text if fold(c))
    if all(fold(c) == c or unicodedata.normalize("NFKC", c) != c or c.isascii() for c in plain):
        return fold(text)
    return fold(str(_simplifier().convert(text)))


def pairs(folded: str, *, begins: bool = False, ends: bool = False) -> list[str]:
    """The pairs of neighbouring characters of a text, with marks where it begins or ends a name."""
    marked = f"{'^' if begins else ''}{folded}{'$' if ends else ''}"
    return [a + b for a, b in itertools.pairwise(marked)]


def without_tone(reading: str) -> str:
    """`lán` as `lan`; ü is written v."""
    return reading.translate(_TONES)


@lru_cache(maxsize=30_000)
def common_readings(character: str) -> frozenset[str]:
    """The readings, with tones, which a character usually has in a name; itself when it has none."""
    known = _COMMON_READINGS.get(character)
    if known is not None:
        return frozenset(known)
    return frozenset(_dictionary(character)[:1])


@lru_cache(maxsize=30_000)
def all_sounds(character: str) -> tuple[str, ...]:
    """Every sound, without tones, which a character may have, the usual ones first; itself when it has none."""
    usual = [without_tone(r) for r in sorted(common_readings(character))]
    return tuple(dict.fromkeys([*usual, *(without_tone(r) for r in _dictionary(character))]))


def sound_keys(trade_name: str) -> list[str]:
    """The ways a folded trade name may be read, without tones, for an index; characters of many readings give several.

    At most 48: beyond that only the usual readings count, so that a long name stays small.
    """
    choices = [all_sounds(c)[:READINGS_KEPT] for c in trade_name]
    size = 1
    for choice in choices:
        size *= len(choice)
    if size > SOUND_KEYS:
        choices = [choice[:1] for choice in choices]
    return sorted({" ".join(reading) for reading in itertools.product(*choices)})


@cache
def _sounds_of(character: str) -> tuple[str, ...]:
    """The usual sounds of a character in a name, the most usual first, without tones."""
    usual = _COMMON_READINGS.get(character) or _dictionary(character)[:1]
    return tuple(dict.fromkeys(without_tone(r) for r in usual))


class _Sounding(dict[str, str]):
    """The most usual sound of each character, with a space behind it."""

    def __missing__(self, character: str) -> str:
        self[character] = sound = _sounds_of(character)[0] + " "
        return sound


class _Initial(dict[int, str]):
    """The first letter of the most usual sound of each character."""

    def __missing__(self, point: int) -> str:
        self[point] = letter = _sounds_of(chr(point))[0][:1]
        return letter


_SOUND, _INITIAL = _Sounding().__getitem__, _Initial()
_READ_TWICE = re.compile(f"[{''.join(c for c in _COMMON_READINGS if len(_sounds_of(c)) > 1)}]")


def sounds(folded: str) -> list[str]:
    """A folded name as it sounds, syllables parted by spaces; again for each character with another usual reading."""
    line = "".join(map(_SOUND, folded))
    if _READ_TWICE.search(folded) is None:
        return [line]
    lines, said = [line], line.split()
    for found in _READ_TWICE.finditer(folded):
        place = found.start()
        lines += [" ".join((*said[:place], other, *said[place + 1 :])) for other in _sounds_of(found[0])[1:]]
    return lines[: 1 + READINGS_KEPT]


def initials(folded: str) -> str:
    """The first letters of the sounds of a folded name: hgjy of 红光酒业."""
    return folded.translate(_INITIAL)


@cache
def syllables() -> frozenset[str]:
    """Every syllable that a character may be read as, without tones."""
    readings = (r for of in PINYIN_DICT.values() for r in of.split(","))
    return frozenset(s for r in readings if (s := without_tone(r)).isascii() and not _VOWELS.isdisjoint(s))


def segmentations(letters: str, at_most: int = 8) -> list[list[str]]:
    """The ways in which letters part into syllables, the longest syllables first: xian is xian and xi an."""
    ends = _syllable_ends(letters)
    found, left = list[list[str]](), [(0, list[str]())] if ends.get(0) or not letters else []
    while left and len(found) < at_most:
        start, parts = left.pop()
        if start == len(letters):
            found.append(parts)
            continue
        left += [(end, [*parts, letters[start:end]]) for end in ends[start]]
    return found


def _syllable_ends(letters: str) -> dict[int, list[int]]:
    """For each place from which syllables lead to the end: where the next one may end. What leads nowhere is left out,
    so that the ways are counted and never the dead ends.
    """
    known, ends = syllables(), {len(letters): list[int]()}
    for start in range(len(letters) - 1, -1, -1):
        longest = min(start + 6, len(letters))
        found = [end for end in range(start + 1, longest + 1) if end in ends and letters[start:end] in known]
        if found:
            ends[start] = found
    return ends


def _dictionary(character: str) -> list[str]:
    return PINYIN_DICT.get(ord(character), character).split(",")


def romanised(text: str) -> str:
    """A name of a place in Hanyu Pinyin with a capital letter, for readers of English: 曾都区 is Zengdu Qu."""
    sounds = [without_tone(_place_reading(c)).replace("v", "ü") for c in text]
    if len(sounds) > 2:
        return f"{''.join(sounds[:-1]).capitalize()} {sounds[-1].capitalize()}"
    return " ".join(s.capitalize() for s in sounds)


def _place_reading(character: str) -> str:
    return _PLACE_READINGS.get(character) or _dictionary(character)[0]
