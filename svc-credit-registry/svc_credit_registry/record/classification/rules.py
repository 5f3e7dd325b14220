"""Industries of GB/T 4754-2017: sections, divisions, and those groups and classes which names speak of.

The table is served as data to whoever builds a form; codes are written with their section letter (C151).
"""

import re
from dataclasses import dataclass

_CODE = re.compile(r"^([A-T]?)(\d{2})?(\d{0,2})$")


@dataclass(frozen=True)
class Industry:
    """An entry of the classification; `parent` is None for a section."""

    code: str
    label: str
    label_en: str
    parent: str | None


_SECTIONS = """
A|农、林、牧、渔业|Agriculture, forestry, animal husbandry and fishery|01-05
B|采矿业|Mining|06-12
C|制造业|Manufacturing|13-43
D|电力、热力、燃气及水生产和供应业|Electricity, heat, gas and water|44-46
E|建筑业|Construction|47-50
F|批发和零售业|Wholesale and retail trade|51-52
G|交通运输、仓储和邮政业|Transport, storage and post|53-60
H|住宿和餐饮业|Accommodation and catering|61-62
I|信息传输、软件和信息技术服务业|Information transmission, software and information technology|63-65
J|金融业|Finance|66-69
K|房地产业|Real estate|70-70
L|租赁和商务服务业|Leasing and business services|71-72
M|科学研究和技术服务业|Scientific research and technical services|73-75
N|水利、环境和公共设施管理业|Water, environment and public facilities|76-79
O|居民服务、修理和其他服务业|Household, repair and other services|80-82
P|教育|Education|83-83
Q|卫生和社会工作|Health and social work|84-85
R|文化、体育和娱乐业|Culture, sports and entertainment|86-90
S|公共管理、社会保障和社会组织|Public administration, social security and organisations|91-96
T|国际组织|International organisations|97-97
"""

_BELOW = """
01|农业|Farming
02|林业|Forestry
03|畜牧业|Animal husbandry
04|渔业|Fishery
05|农、林、牧、渔专业及辅助性活动|Support activities for farming, forestry and fishery
06|煤炭开采和洗选业|Coal mining and washing
07|石油和天然气开采业|Oil and gas extraction
08|黑色金属矿采选业|Ferrous metal ores
09|有色金属矿采选业|Non-ferrous metal ores
10|非金属矿采选业|Non-metal ores
11|开采专业及辅助性活动|Support activities for mining
12|其他采矿业|Other mining
13|农副食品加工业|Processing of farm products
131|谷物磨制|Grain milling
133|植物油加工|Vegetable oil
135|屠宰及肉类加工|Slaughter and meat
14|食品制造业|Food
141|焙烤食品制造|Baked food
15|酒、饮料和精制茶制造业|Liquor, beverages and refined tea
151|酒的制造|Liquor
1512|白酒制造|Spirits
1513|啤酒制造|Beer
1514|黄酒制造|Rice wine
1515|葡萄酒制造|Wine
152|饮料制造|Beverages
153|精制茶加工|Refined tea
16|烟草制品业|Tobacco
17|纺织业|Textiles
18|纺织服装、服饰业|Clothing
19|皮革、毛皮、羽毛及其制品和制鞋业|Leather, fur, feather and shoes
20|木材加工和木、竹、藤、棕、草制品业|Wood, bamboo and straw products
21|家具制造业|Furniture
22|造纸和纸制品业|Paper
23|印刷和记录媒介复制业|Printing
24|文教、工美、体育和娱乐用品制造业|Stationery, crafts, sports and toys
25|石油、煤炭及其他燃料加工业|Petroleum, coal and other fuels
26|化学原料和化学制品制造业|Chemicals
27|医药制造业|Medicines
28|化学纤维制造业|Chemical fibres
29|橡胶和塑料制品业|Rubber and plastics
30|非金属矿物制品业|Non-metallic mineral products
31|黑色金属冶炼和压延加工业|Ferrous metals
32|有色金属冶炼和压延加工业|Non-ferrous metals
33|金属制品业|Metal products
34|通用设备制造业|General machinery
35|专用设备制造业|Special machinery
36|汽车制造业|Motor vehicles
361|汽车整车制造|Complete motor vehicles
363|改装汽车制造|Converted motor vehicles
37|铁路、船舶、航空航天和其他运输设备制造业|Railway, ships, aerospace and other transport equipment
38|电气机械和器材制造业|Electrical machinery
39|计算机、通信和其他电子设备制造业|Computers, communication and electronics
40|仪器仪表制造业|Instruments
41|其他制造业|Other manufacturing
42|废弃资源综合利用业|Recycling of waste
43|金属制品、机械和设备修理业|Repair of metal products and machinery
44|电力、热力生产和供应业|Electricity and heat
45|燃气生产和供应业|Gas
46|水的生产和供应业|Water
47|房屋建筑业|Building construction
48|土木工程建筑业|Civil engineering
49|建筑安装业|Building installation
50|建筑装饰、装修和其他建筑业|Decoration and other construction
51|批发业|Wholesale
512|食品、饮料及烟草制品批发|Wholesale of food, beverages and tobacco
52|零售业|Retail
521|综合零售|General retail
522|食品、饮料及烟草制品专门零售|Retail of food, beverages and tobacco
526|汽车、摩托车、零配件和燃料及其他动力销售|Retail of vehicles, parts and fuel
53|铁路运输业|Rail transport
54|道路运输业|Road transport
55|水上运输业|Water transport
56|航空运输业|Air transport
57|管道运输业|Pipeline transport
58|多式联运和运输代理业|Multimodal transport and agencies
59|装卸搬运和仓储业|Handling and storage
60|邮政业|Post
61|住宿业|Accommodation
62|餐饮业|Catering
621|正餐服务|Meals
622|快餐服务|Fast food
63|电信、广播电视和卫星传输服务|Telecommunication, broadcasting and satellite
64|互联网和相关服务|Internet
65|软件和信息技术服务业|Software and information technology
651|软件开发|Software development
66|货币金融服务|Monetary services
67|资本市场服务|Capital market services
68|保险业|Insurance
69|其他金融业|Other finance
70|房地产业|Real estate
701|房地产开发经营|Real estate development
702|物业管理|Property management
71|租赁业|Leasing
72|商务服务业|Business services
721|组织管理服务|Organisation management
723|法律服务|Legal services
724|咨询与调查|Consulting and surveys
725|广告业|Advertising
729|其他商务服务业|Other business services
73|研究和试验发展|Research and development
74|专业技术服务业|Professional technical services
75|科技推广和应用服务业|Promotion and application of technology
76|水利管理业|Water conservancy
77|生态保护和环境治理业|Ecology and environment
78|公共设施管理业|Public facilities
79|土地管理业|Land management
80|居民服务业|Household services
801|家庭服务|Domestic services
81|机动车、电子产品和日用产品修理业|Repair of vehicles, electronics and household goods
82|其他服务业|Other services
83|教育|Education
84|卫生|Health
85|社会工作|Social work
86|新闻和出版业|Press and publishing
87|广播、电视、电影和录音制作业|Broadcasting, film and sound recording
88|文化艺术业|Culture and art
89|体育|Sports
90|娱乐业|Entertainment
91|中国共产党机关|Organs of the Communist Party of China
92|国家机构|Organs of the state
93|人民政协、民主党派|People's Political Consultative Conference and democratic parties
94|社会保障|Social security
95|群众团体、社会团体和其他成员组织|Mass and social organisations
96|基层群众自治组织及其他组织|Self-governing organisations at the grass roots
97|国际组织|International organisations
"""


def _sections() -> tuple[dict[str, Industry], dict[str, str]]:
    entries, letters = {}, {}
    for line in _SECTIONS.split("\n")[1:-1]:
        letter, label, english, span = line.split("|")
        entries[letter] = Industry(letter, label, english, None)
        first, last = span.split("-")
        letters.update({f"{division:02}": letter for division in range(int(first), int(last) + 1)})
    return entries, letters


def _table() -> tuple[dict[str, Industry], dict[str, str]]:
    entries, letters = _sections()
    for line in _BELOW.split("\n")[1:-1]:
        digits, label, english = line.split("|")
        letter = letters[digits[:2]]
        above = letter if len(digits) == 2 else letter + digits[:-1]
        entries[letter + digits] = Industry(letter + digits, label, english, above)
    return entries, letters


INDUSTRIES, _LETTERS = _table()


def industry_code(text: str) -> str | None:
    """The code in its one form, C1512 for `C1512` and `1512`; None when no division of the classification has it."""
    match = _CODE.match(text.strip().upper())
    if match is None:
        return None
    letter, division, rest = match[1], match[2] or "", match[3]
    if not division:
        return letter or None
    section = _LETTERS.get(division)
    return section + division + rest if section and letter in ("", section) else None


def children(parent: str | None) -> list[Industry]:
    """The entries directly below `parent`, the sections for None."""
    return [entry for entry in INDUSTRIES.values() if entry.parent == parent]


# The usual words of an industry for callers who give its code alone, by the longest code that is known.
_USUAL_WORDS = {
    "A": "农业", "B": "矿业", "C13": "食品", "C14": "食品", "C15": "酒业", "C153": "茶业",
    "C17": "纺织", "C18": "服饰", "C21": "家具", "C22": "纸业", "C23": "印刷", "C26": "化工",
    "C27": "医药", "C29": "塑料", "C34": "机械", "C35": "机械", "C36": "汽车", "C38": "电气",
    "C39": "电子", "D": "能源", "E": "建筑工程", "E50": "装饰", "F": "商贸", "F51": "贸易",
    "G": "物流", "G54": "运输", "H61": "酒店", "H62": "餐饮", "I": "信息技术", "J": "投资",
    "K": "房地产", "K702": "物业", "L71": "租赁", "L72": "商务服务", "L724": "咨询", "L725": "广告",
    "M": "科技", "N": "环保", "O": "服务", "O80": "家政", "P": "教育", "Q": "医疗",
    "R": "文化", "R89": "体育", "R87": "影视",
}  # fmt: skip


def usual_word(code: str) -> str:
    """The usual industry word for a code of GB/T 4754, empty when there is none."""
    steps = [code[:length] for length in range(len(code), 0, -1)]
    return next((_USUAL_WORDS[step] for step in steps if step in _USUAL_WORDS), "")
