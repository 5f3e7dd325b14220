"""Takes an enterprise name apart: region + trade name + industry + organisation form.

企业名称登记管理规定 (Order 734 of the State Council), article 6. The dictionaries are data and grow by practice.
Words are matched from the end of the name, so a trade name may hold anything, even a word of an industry.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from shared.codes import regions
from svc_credit_registry.record.wording.rules import fold

MIN_TRADE_NAME = 2
MAX_INDUSTRY_WORDS = 3

FORMS: dict[str, str] = {
    "集团股份有限公司": "Group company limited by shares", "集团有限责任公司": "Group limited liability company",
    "集团有限公司": "Group limited company", "股份有限公司": "Company limited by shares",
    "有限责任公司": "Limited liability company", "有限公司": "Limited company", "集团公司": "Group company",
    "总公司": "Head company", "分公司": "Branch of a company",
    "特殊普通合伙企业": "Special general partnership enterprise",
    "普通合伙企业": "General partnership enterprise", "有限合伙企业": "Limited partnership enterprise",
    "合伙企业": "Partnership enterprise", "特殊普通合伙": "Special general partnership",
    "普通合伙": "General partnership",
    "有限合伙": "Limited partnership", "个人独资企业": "Sole proprietorship", "农民专业合作社": "Farmers' cooperative",
    "专业合作社": "Specialised cooperative", "合作社": "Cooperative", "联合社": "Union of cooperatives",
    "家庭农场": "Family farm", "农场": "Farm", "林场": "Forest farm", "工作室": "Studio",
    "经营部": "Business department",
    "门市部": "Sales department", "服务部": "Service department", "营业部": "Business office", "事务所": "Firm",
    "研究院": "Research institute", "商店": "Store", "商行": "Trading house", "中心": "Centre", "集团": "Group",
    "总厂": "Head factory", "公司": "Company", "超市": "Supermarket", "厂": "Factory", "店": "Shop", "馆": "House",
    "坊": "Workshop", "行": "Trading firm", "部": "Department", "所": "Office", "社": "Society", "场": "Yard",
    "站": "Station", "铺": "Small shop",
}  # fmt: skip
"""Forms of organisation and responsibility (article 10), in English too; the longer before the shorter where one ends
the other."""

COMPOUNDS: dict[str, tuple[str, str]] = {
    "酒厂": ("酒业", "厂"), "药厂": ("医药", "厂"), "茶厂": ("茶业", "厂"), "纱厂": ("纺织", "厂"),
    "饭店": ("餐饮", "店"), "酒店": ("酒店", "店"), "药店": ("医药", "店"), "书店": ("图书", "店"),
    "茶馆": ("茶业", "馆"), "饭馆": ("餐饮", "馆"), "酒行": ("酒业", "行"), "茶行": ("茶业", "行"),
    "车行": ("汽车", "行"), "酒坊": ("酒业", "坊"), "油坊": ("粮油", "坊"),
    "面馆": ("餐饮", "馆"), "餐馆": ("餐饮", "馆"), "菜馆": ("餐饮", "馆"), "面店": ("餐饮", "店"),
    "小吃店": ("餐饮", "店"), "米店": ("粮油", "店"), "旅馆": ("酒店", "馆"), "照相馆": ("摄影", "馆"),
    "理发店": ("美发", "店"), "诊所": ("诊所", "所"), "银行": ("银行", "行"), "布行": ("纺织", "行"),
}  # fmt: skip
"""Words which are industry and form in one: 酒厂 is the industry 酒业 in the form 厂."""

EQUIVALENT: tuple[tuple[str, ...], ...] = (
    ("房地产", "地产", "置业", "房产", "不动产", "置地", "房地产开发", "地产开发"),
    ("酒业", "白酒", "酒类", "酿酒", "酒水", "名酒", "酒"),
    ("科技", "技术", "高科", "高新技术"),
    ("商贸", "贸易", "经贸", "商业", "百货", "贸易商行"),
    ("餐饮", "饮食", "餐饮管理", "餐饮服务", "美食", "餐饮企业管理"),
    ("食品", "食品加工", "食品科技"),
    ("物流", "货运", "运输", "速运", "物流运输", "货物运输"),
    ("建筑", "建设", "建筑工程", "建设工程", "工程", "建工", "工程建设"),
    ("装饰", "装修", "装潢", "装饰工程", "装饰装修", "建筑装饰", "装饰设计"),
    ("文化传媒", "传媒", "文化传播", "文化", "文化艺术", "文化发展"),
    ("信息技术", "信息科技", "信息", "网络科技", "网络", "网络技术", "软件", "软件科技", "互联网"),
    ("机械", "机械设备", "机械制造", "机械科技"),
    ("机电", "机电设备", "机电工程"),
    ("医药", "药业", "制药", "药品", "医药科技"),
    ("医疗", "医疗器械", "医疗科技"),
    ("农业", "农业科技", "农业开发", "农业发展", "生态农业", "农林"),
    ("种植", "种植业"),
    ("养殖", "养殖业", "畜牧", "牧业"),
    ("教育", "教育科技", "教育咨询", "培训", "教育培训"),
    ("旅游", "旅行社", "旅行", "国际旅行社", "旅游开发"),
    ("酒店", "宾馆", "酒店管理", "大酒店"),
    ("服装", "服饰", "制衣", "时装"),
    ("纺织", "纺织品", "织造"),
    ("汽车", "汽车销售", "汽贸", "汽车服务", "汽车销售服务"),
    ("广告", "广告设计", "广告传播"),
    ("咨询", "管理咨询", "企业管理咨询", "企业管理", "商务咨询", "商务服务", "信息咨询"),
    ("投资", "投资管理", "创业投资", "资本", "股权投资"),
    ("电子", "电子科技", "电子技术"),
    ("能源", "新能源", "能源科技", "新能源科技"),
    ("环保", "环保科技", "环境工程", "环境科技", "环保工程"),
    ("化工", "化学", "化工科技"),
    ("新材料", "材料", "材料科技", "新材料科技"),
    ("物业", "物业管理", "物业服务"),
    ("家政", "家政服务", "家庭服务"),
    ("电子商务", "电商"),
    ("珠宝", "首饰", "珠宝首饰"),
    ("茶业", "茶叶"),
    ("粮油", "粮食", "米业", "粮油贸易"),
    ("水产", "渔业", "水产品"),
    ("生物科技", "生物", "生物技术", "生物工程"),
    ("图书", "书业"),
    ("家具", "家居"),
    ("建材", "建筑材料"),
    ("五金", "五金制品"),
    ("塑料", "塑胶", "塑料制品"),
    ("印刷", "印务"),
    ("包装", "包装制品"),
    ("人力资源", "劳务", "劳务派遣", "人力资源服务"),
    ("保险代理", "保险经纪"),
    ("智能科技", "人工智能", "智能"),
    ("园林", "园林绿化", "绿化", "园林景观"),
    ("影视", "影视文化", "影业"),
    ("体育", "体育文化"),
    ("健康", "健康管理", "健康科技"),
    ("化妆品", "日化", "美容"),
    ("电气", "电器", "电气设备"),
    ("矿业", "矿产"),
    ("钢铁", "钢材"),
    ("租赁", "设备租赁"),
    ("知识产权", "知识产权代理"),
    ("会计", "会计师", "财税", "税务师"),
    ("律师", "法律"),
)
"""Industry words that mean the same (工商企注字〔2017〕133号, article 4 (1)); the first of a group stands for it."""

GENERIC = frozenset({"实业", "发展", "控股", "产业", "企业", "经营", "开发", "工贸", "国际", "服务", "制造", "销售"})
"""Words that name no industry; behind another industry word they change nothing."""

FURTHER = frozenset({
    "银行", "证券", "信托", "基金", "期货", "担保", "典当", "拍卖", "小额贷款", "融资租赁", "航空", "航运", "铁路",
    "公路", "客运", "仓储", "快递", "供应链", "供应链管理", "港口", "船舶", "石油", "石化", "天然气", "燃气", "电力",
    "水务", "热力", "煤炭", "煤业", "电信", "通信", "通讯", "计算机", "计算机系统", "系统集成", "集成电路", "半导体",
    "芯片", "光电", "光伏", "电池", "储能", "自动化", "机器人", "无人机", "物联网", "大数据", "云计算", "区块链",
    "游戏", "动漫", "仪器", "仪器仪表", "模具", "橡胶", "玻璃", "陶瓷", "水泥", "混凝土", "纸业", "造纸", "皮革",
    "皮具", "鞋业", "玩具", "家电", "厨具", "卫浴", "灯饰", "照明", "门窗", "涂料", "肥料", "化肥", "农药", "饲料",
    "种业", "林业", "木业", "花卉", "苗木", "乳业", "饮料", "烟草", "盐业", "糖业", "调味品", "烘焙", "医院", "诊所",
    "养老", "殡葬", "摄影", "婚庆", "美发", "健身", "洗浴", "幼儿园", "出版", "演艺", "会展", "展览", "检测",
    "检验检测", "测绘", "勘察设计", "工程设计", "监理", "造价咨询", "招标代理", "资产评估", "房地产评估", "保洁",
    "保安", "安防", "停车", "港务", "电梯", "空调", "制冷", "泵业", "阀门", "轴承", "电机", "电缆", "线缆", "钢结构",
    "铝业", "铜业", "金属", "金属制品", "再生资源", "环卫", "文具", "办公用品", "母婴", "宠物", "眼镜", "钟表",
    "殡仪", "市政工程", "市政", "路桥", "水利", "水利工程", "消防", "消防工程",
})  # fmt: skip
"""Further words of industries, each of a meaning of its own."""

STANDS_FOR: dict[str, str] = {word: group[0] for group in EQUIVALENT for word in group}
_GROUPS = {group[0]: group for group in EQUIVALENT}
_WORDS = frozenset(STANDS_FOR) | GENERIC | FURTHER
_COMPOUNDS = tuple(COMPOUNDS)
_LONGEST_PLACE = 12
_LONGEST_WORD = max(map(len, _WORDS))
_BRACKETED = re.compile(r"[(（]([^()（）]{2,12})[)）]")
_SUFFIX = re.compile(r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|地区|省|市|县|区|盟|旗)$")


@dataclass(frozen=True)
class Decomposition:
    """A name in parts, each folded. `industry` stands for all words of its meaning; empty where none is named."""

    folded: str
    region_text: str
    trade_name: str
    industry_word: str
    industry: str
    organisation_form: str

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """What two names share when they have the same words, in whatever order."""
        return (short(self.region_text), self.trade_name, self.industry_word, self.organisation_form)


def short(region_name: str) -> str:
    """The name of a place without its suffix: 随州 of 随州市; 随县 stays, for one character is no name."""
    cut = _SUFFIX.sub("", region_name)
    return cut if len(cut) > 1 else region_name


def display_region(code: str) -> str:
    """How a name begins for an enterprise of the region: its city for a district, itself for a county (article 7).

    Empty for the nation, whose registrar keeps names without a region. Raises KeyError for an unknown code.
    """
    if code == regions.NATION:
        return ""
    own = regions.name(code)
    if regions.level(code) != "county" or not own.endswith("区"):
        return short(own)
    steps = [short(regions.name(step)) for step in regions.path(code)[:-1] if regions.name(step) != "市辖区"]
    return steps[-1] if steps else short(own)


@lru_cache(maxsize=4096)
def industry_of(word: str) -> str:
    """The word that stands for an industry word; empty for one that names no industry."""
    words = _split_industry(fold(word), 0)[1]
    named = [w for w in words if w not in GENERIC]
    return STANDS_FOR.get(named[-1], named[-1]) if named else ""


def words_meaning(industry: str) -> tuple[str, ...]:
    """All words for the industry for which `industry` stands; none for a name without an industry."""
    return _GROUPS.get(industry, (industry,) if industry else ())


@lru_cache(maxsize=16384)
def decompose(name: str, region: str | None = None) -> Decomposition:
    """The parts of `name`. With `region`, its code, only the names of that place and those above it are looked for.

    Whatever can't be told apart stays in the trade name; this never fails.
    """
    whole, bracketed = _take_bracketed_region(name, region)
    rest, form, compound = _take_form(fold(whole))
    region_text, rest = _take_region(rest, region)
    region_text = bracketed or region_text
    rest, words = _split_industry(rest, MIN_TRADE_NAME)
    if compound:
        words = [*words, compound]
    return Decomposition(
        folded=fold(name),
        region_text=region_text,
        trade_name=rest,
        industry_word="".join(words),
        industry=industry_of("".join(words)),
        organisation_form=form,
    )


def _take_bracketed_region(name: str, region: str | None) -> tuple[str, str]:
    """红光(北京)酒业 as 红光酒业 and 北京; a name without a region in brackets as it is."""
    for match in _BRACKETED.finditer(name):
        inner = fold(match[1])
        if inner in _place_names(region) or inner in _place_names(None):
            return name[: match.start()] + name[match.end() :], inner
    return name, ""


def _take_form(folded: str) -> tuple[str, str, str]:
    """What stands before the form, the form, and the industry word when both are one word."""
    for compound, (word, form) in COMPOUNDS.items() if folded.endswith(_COMPOUNDS) else ():
        if folded.endswith(compound) and len(folded) >= len(compound) + MIN_TRADE_NAME:
            return folded.removesuffix(compound), form, word
    for form in FORMS:
        if folded.endswith(form) and len(folded) >= len(form) + MIN_TRADE_NAME:
            return folded.removesuffix(form), form, ""
    return folded, "", ""


def _take_region(text: str, region: str | None) -> tuple[str, str]:
    """The last place named at the start of `text`, and what follows; left alone where nothing else would stay."""
    taken = ""
    while True:
        place = _place_at_start(text, region, taken)
        if not place or not _leaves_trade_name(text.removeprefix(place)):
            return taken, text
        taken, text = place, text.removeprefix(place)


def _place_at_start(text: str, region: str | None, within: str) -> str:
    """The place that `text` begins with. Behind another place it must lie in it, or say what it is: 北京阿里巴巴 names
    no 阿里, which is in Tibet.
    """
    names = _place_names(region)
    longest = _LONGEST_PLACE if region is None else max(map(len, names), default=0)
    for length in range(min(len(text), longest), 1, -1):
        start = text[:length]
        if start not in names:
            continue
        if region is not None or _has_suffix(start) or (start in _names_below(within) if within else names[start]):
            return start
    return ""


@cache
def _names_below(place: str) -> frozenset[str]:
    """The short names of all places that lie in those of this name."""
    above = [c for c in _all_codes() if place in (fold(regions.name(c)), short(fold(regions.name(c))))]
    below = (c for c in _all_codes() for a in above if c != a and c.startswith(regions.prefix(a)))
    return frozenset(short(fold(regions.name(c))) for c in below)


def _leaves_trade_name(rest: str) -> bool:
    return len(rest) >= MIN_TRADE_NAME and rest not in _WORDS


def _has_suffix(name: str) -> bool:
    return short(name) != name or name[-1] in "县旗"


@cache
def _place_names(region: str | None) -> dict[str, bool]:
    """Names of places, full and short; True for those known without their suffix (provinces and cities)."""
    codes = regions.path(region) if region and regions.is_known(region) else _all_codes()
    found: dict[str, bool] = {}
    for code in codes:
        name = fold(regions.name(code))
        if name in ("市辖区", "县", "中国"):
            continue
        widely_known = code.endswith("00") and name.endswith(("省", "市", "自治区"))
        for form in (name, short(name)):
            if len(form) > 1:
                found[form] = found.get(form, False) or widely_known
    return found


@cache
def _all_codes() -> tuple[str, ...]:
    provinces = [r.code for r in regions.children(regions.NATION)]
    cities = [r.code for p in provinces for r in regions.children(p)]
    return (*provinces, *cities, *(r.code for c in cities for r in regions.children(c)))


def _split_industry(text: str, keep: int) -> tuple[str, list[str]]:
    """What stands before the industry words at the end of `text`, and these words; at least `keep` characters stay."""
    words: list[str] = []
    while len(words) < MAX_INDUSTRY_WORDS:
        word = _industry_at_end(text, keep, words)
        if not word:
            break
        words.insert(0, word)
        text = text.removesuffix(word)
        if word not in GENERIC:
            break
    if keep == 0 and text:  # an industry word of one's own invention is taken as it was given
        return "", [text, *words]
    return text, words


def _industry_at_end(text: str, keep: int, words: list[str]) -> str:
    for length in range(min(_LONGEST_WORD, len(text) - keep), 0, -1):
        word = text[-length:]
        if word in _WORDS and (length > 1 or keep == 0):
            return word
    return ""
