"""How names are brought into one form, so that they can be found and compared: folding, character pairs, sounds.

Folding undoes what writers vary without meaning another name: width, case, brackets, spaces, traditional characters.
"""

import itertools
import re
import unicodedata
from functools import lru_cache

from pypinyin.constants import PINYIN_DICT

READINGS_KEPT = 3
SOUND_KEYS = 48

_NOISE = re.compile(r"[\W_]+")
_TONES = str.maketrans("āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ", "aaaaooooeeeeiiiiuuuuvvvvvnnnm")
# Only characters with one simplified form in every use; 乾 for instance stays 乾 in 乾隆 and is left alone.
_TRADITIONAL = (
    "東东國国廣广華华興兴業业龍龙鳳凤馬马鳥鸟魚鱼車车門门開开關关長长張张陳陈劉刘楊杨趙赵吳吴鄭郑馮冯許许"
    "學学藝艺術术書书報报電电氣气機机產产廠厂場场園园圖图團团圓圆動动務务員员財财貿贸質质購购賣卖買买貨货"
    "運运輸输達达遠远進进連连選选環环寶宝實实對对導导將将層层島岛嶺岭崗岗帶带幫帮幣币廳厅應应戶户擇择據据"
    "數数斷断時时晉晋曉晓會会楓枫極极樂乐樓楼標标樣样橋桥檢检歐欧歡欢歲岁歸归漢汉漁渔湯汤溫温滿满潔洁澤泽"
    "濟济濱滨灣湾災灾為为烏乌煙烟煤煤熱热愛爱獎奖獨独獻献現现瑪玛瓊琼畫画異异療疗盛盛盧卢監监碼码礦矿禮礼"
    "種种稅税穀谷穩稳積积窩窝競竞筆笔節节範范築筑簡简糧粮紀纪紅红約约級级紅红紙纸純纯細细終终組组結结給给"
    "絡络統统經经綠绿網网緊紧線线緣缘編编練练縣县總总績绩織织繪绘續续纖纤羅罗義义習习聖圣聞闻聯联聲声職职"
    "肅肃腦脑膚肤臺台與与艦舰蘇苏藍蓝蘭兰藥药莊庄葉叶處处號号衛卫裝装製制視视親亲覽览觀观計计訊讯設设診诊"
    "詠咏詩诗話话誠诚語语說说課课談谈調调論论諾诺謝谢證证識识譽誉護护變变讓让豐丰貝贝賀贺賓宾賽赛贏赢躍跃"
    "軍军軒轩軟软載载輕轻輝辉輪轮轉转農农郵邮鄉乡醫医釀酿釋释鈴铃銀银銅铜鋁铝鋼钢錄录錢钱錦锦鎮镇鏡镜鐵铁"
    "鑽钻閣阁閱阅闊阔陽阳陰阴際际陸陆隆隆隨随險险雙双雞鸡離离雲云霧雾靈灵靜静頂顶順顺須须預预領领頭头題题顏颜"
    "願愿類类風风飛飞飯饭飲饮館馆駿骏騰腾驗验驛驿鮮鲜鴻鸿鵬鹏鶴鹤鷹鹰麗丽麥麦黃黄點点齊齐齒齿龜龟億亿儀仪優优"
    "價价創创劃划劍剑勝胜勞劳區区協协單单啟启喬乔嘆叹嚴严壇坛壓压壯壮夢梦夥伙奮奋婦妇孫孙寧宁審审寫写"
)
_SIMPLIFY = {ord(a): b for a, b in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)}
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


def fold(text: str) -> str:
    """`text` in the one form in which names are compared: half width, lower case, simplified, no brackets or spaces."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower().translate(_SIMPLIFY)


def pairs(folded: str) -> list[int]:
    """The pairs of neighbouring characters of a folded text as 32-bit numbers, each once, ascending.

    Two pairs may share a number, so a match on them is a candidate and not yet a hit.
    """
    numbers = {((ord(a) << 16) ^ ord(b)) & 0xFFFFFFFF for a, b in itertools.pairwise(folded)}
    return sorted(n - 0x1_0000_0000 if n & 0x8000_0000 else n for n in numbers)


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
