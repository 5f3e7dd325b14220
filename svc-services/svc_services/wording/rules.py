"""Words in names: forms of organisation, words of industries, and words which the law forbids or reserves.

The lists are product data and grow by examiners' practice; each word carries the article it rests on.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word which a name may not hold, or not without someone's approval."""

    text: str
    rule: str
    article: str
    reason: str
    reason_en: str


FORMS: tuple[str, ...] = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "普通合伙企业",
    "有限合伙企业",
    "特殊普通合伙企业",
    "合伙企业",
    "个人独资企业",
    "农民专业合作社",
    "专业合作社",
    "合作社",
    "工作室",
    "经营部",
    "事务所",
    "商店",
    "商行",
    "中心",
    "厂",
    "店",
)
"""Forms of organisation and responsibility (article 10)."""

DEFAULT_INDUSTRY_WORDS: dict[str, str] = {
    "01": "农业",
    "13": "食品",
    "14": "食品",
    "15": "酒业",
    "17": "纺织",
    "18": "服饰",
    "27": "医药",
    "35": "机械",
    "39": "电子",
    "47": "建筑工程",
    "48": "建设工程",
    "51": "贸易",
    "52": "商贸",
    "54": "运输",
    "59": "物流",
    "61": "酒店管理",
    "62": "餐饮管理",
    "64": "网络科技",
    "65": "信息技术",
    "70": "房地产开发",
    "72": "商务服务",
    "73": "科技",
    "75": "科技",
    "80": "家政服务",
    "83": "教育咨询",
    "88": "文化艺术",
}
"""The usual industry word of a division of GB/T 4754-2017."""

INDUSTRY_WORDS: frozenset[str] = frozenset(DEFAULT_INDUSTRY_WORDS.values()) | {
    "酒业发展",
    "科技发展",
    "电子商务",
    "房地产",
    "地产",
    "置业",
    "投资",
    "咨询",
    "广告",
    "物业服务",
    "物业管理",
    "装饰工程",
    "商业",
    "餐饮",
    "酒店",
    "旅游",
    "教育",
    "文化传媒",
    "传媒",
    "汽车销售",
    "建材",
    "化工",
    "茶业",
    "农业科技",
    "生物科技",
    "网络",
    "技术",
    "实业",
}

FORBIDDEN_WORDS: tuple[Word, ...] = tuple(
    Word(text, rule, article, reason, reason_en)
    for rule, article, reason, reason_en, texts in (
        (
            "names_state_or_party_organ",
            "第十一条第三项",
            "不得使用政党、党政军机关、群团组织名称的简称或者特定称谓",
            "names a party, an organ of the state or the armed forces",
            (
                "中共",
                "国务院",
                "共产党",
                "国民党",
                "政治局",
                "人民代表大会",
                "政协",
                "总工会",
                "妇联",
                "监察委",
                "人民政府",
                "解放军",
                "武警",
                "军区",
                "公安局",
                "纪委",
                "共青团",
                "检察院",
                "集团军",
                "野战军",
                "国安局",
                "海关总署",
                "税务局",
            ),
        ),
        (
            "names_international_organisation",
            "第十一条第四项",
            "不得使用外国国家（地区）、国际组织名称及其通用简称",
            "names a foreign state or an international organisation",
            (
                "联合国",
                "世界银行",
                "世贸组织",
                "国际货币基金",
                "世界卫生组织",
                "欧盟",
                "北约",
                "东盟",
                "奥委会",
                "红十字",
            ),
        ),
        (
            "harms_state_dignity",
            "第十一条第一项",
            "不得损害国家尊严或者利益",
            "harms the dignity of the state",
            ("中华民国", "福尔摩萨"),
        ),
        (
            "obscene_or_violent",
            "第十一条第五项",
            "不得含有淫秽、色情、赌博、迷信、恐怖、暴力的内容",
            "is obscene, violent, superstitious or about gambling",
            ("淫秽", "赌博", "赌场", "推牌九", "迷信", "恐怖", "暴力", "毒品", "海洛因", "冰毒", "黑社会"),
        ),
        (
            "may_deceive",
            "第十一条第八项",
            "可能使公众受骗或者产生误解",
            "may deceive the public",
            ("国家级", "世界级", "最高级", "最佳", "第一品牌", "驰名商标", "中国名牌"),
        ),
        (
            "harms_public_order",
            "第十一条第二项",
            "不得损害社会公共利益或者妨碍社会公共秩序",
            "harms the public interest or disturbs public order",
            ("九一一", "台独", "港独", "邪教"),
        ),
        (
            "offends_morality",
            "第十一条第七项",
            "不得违背公序良俗或者可能有其他不良影响",
            "offends public morality",
            ("妻妾成群", "大地主", "黑太阳", "董存瑞", "雷锋", "黄继光", "邱少云", "希特勒", "本拉登"),
        ),
    )
    for text in texts
)
"""Words refused outright (article 11). Those of public order and morality, and some others, are examples told of
《企业名称禁限用规则》 (工商企注字〔2017〕133号), whose whole list is not at hand. Confirm: secondary sources.
"""

DOUBTFUL_WORDS: tuple[Word, ...] = tuple(
    Word(text, rule, article, reason, reason_en)
    for rule, article, reason, reason_en, texts in (
        (
            "names_foreign_state",
            "第十一条第四项",
            "不得使用外国国家（地区）名称及其通用简称，整体具有其他含义的由登记机关判断",
            "may name a foreign state, unless the whole means something else",
            (
                "美国",
                "英国",
                "法国",
                "德国",
                "日本",
                "韩国",
                "朝鲜",
                "俄罗斯",
                "印度",
                "加拿大",
                "澳大利亚",
                "新西兰",
                "意大利",
                "西班牙",
                "葡萄牙",
                "荷兰",
                "瑞士",
                "瑞典",
                "挪威",
                "丹麦",
                "芬兰",
                "比利时",
                "奥地利",
                "波兰",
                "希腊",
                "土耳其",
                "以色列",
                "伊朗",
                "伊拉克",
                "沙特",
                "阿联酋",
                "埃及",
                "南非",
                "巴西",
                "阿根廷",
                "智利",
                "墨西哥",
                "古巴",
                "泰国",
                "越南",
                "老挝",
                "柬埔寨",
                "缅甸",
                "马来西亚",
                "新加坡",
                "印度尼西亚",
                "印尼",
                "菲律宾",
                "巴基斯坦",
                "蒙古国",
            ),
        ),
        (
            "names_rank_or_title",
            "第十一条第八项",
            "不宜以职务、职称、军衔、警衔等作字号，整体具有其他含义的由登记机关判断",
            "may be a rank or a title, unless the whole means something else",
            ("省长", "市长", "县长", "书记", "部长", "主席", "总理", "上将", "少将", "警监", "院士", "教授", "博士"),
        ),
        (
            "may_harm_dignity_or_decency",
            "第十一条第一项、第三项、第五项、第七项",
            "可能损害国家尊严、使用机关名称或者违背公序良俗，整体具有其他含义的由登记机关判断",
            "may harm dignity or decency, or name an organ of the state, unless the whole means something else",
            ("国旗", "国徽", "国歌", "支那", "法院", "色情", "二奶"),
        ),
        (
            "may_discriminate",
            "第十一条第六项",
            "不得含有民族、种族、宗教、性别歧视的内容",
            "may discriminate by people, race, religion or sex",
            ("蛮夷", "鞑子", "黑鬼", "异教徒", "白人至上"),
        ),
    )
    for text in texts
)
"""Words that are refused where they mean what they say, and mean something else in many a name (今日本味): an examiner
looks (article 11; 《企业名称禁限用规则》 leaves out what has another meaning as a whole)."""

# Confirm the number of the article: no source was at hand.
GROUP = Word(
    "集团", "restricted_group_word", "第十四条", "须为企业集团的母公司", "only the parent of a group may use it"
)

RESTRICTED_WORDS: tuple[Word, ...] = (
    *(
        Word(
            text,
            "restricted_national_word",
            "第十二条",
            "冠以“中国”“中华”“中央”“全国”“国家”等字词须从严审核，名称中间含有的应当是行业限定语",
            "such words need strict examination, and within a name they must qualify the industry",
        )
        for text in ("中国", "中华", "中央", "全国", "国家", "国际")
    ),
    GROUP,
)
"""Words an examiner must look at (articles 12 and 14)."""

APPROVAL_WORDS: tuple[Word, ...] = tuple(
    Word(
        text,
        "industry_needs_approval",
        "第十八条",
        "该行业登记前须经批准，名称可保留 1 年",
        "this industry needs an approval before registration; the name is then kept for a year",
    )
    for text in ("银行", "保险", "证券", "信托", "融资担保", "小额贷款", "典当", "烟花爆竹")
)
"""Words of industries which need an approval first (article 18)."""
