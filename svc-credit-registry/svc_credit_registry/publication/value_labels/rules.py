"""Labels of values which no module shows in words: by name of their enumeration: its title, its values in order.

`publication.enumerations` serves them. Its test fails for a value that the description of the interface names and that
stands in no enumeration; so a new one gets its line here, or its labels in the module which shows them.
"""

from collections.abc import Mapping

Words = tuple[str, str]
Labelled = tuple[Words, Mapping[str, Words]]

_IN_FORCE = {"valid": ("有效", "In force"), "changed": ("已变更", "Changed"), "cancelled": ("已注销", "Cancelled")}
_FIGURES = {
    "employees": ("从业人数", "Employees"), "assets_yuan": ("资产总额", "Assets"),
    "revenue_yuan": ("营业总收入", "Revenue"),
}  # fmt: skip

_FOUND: Mapping[str, Labelled] = {
    "search-matches": (("命中方式", "How a search found it"), {
        "exact": ("名称完全一致", "The whole name"), "prefix": ("名称以此开头", "The beginning of the name"),
        "inside": ("名称含有", "A part of the name"), "former_name": ("曾用名", "A former name"),
        "sound": ("拼音", "Its sound"), "initials": ("拼音首字母", "Its first letters"), "code": ("代码", "A code"),
    }),
    "suggestion-reasons": (("联想原因", "Why another text is offered"), {
        "same_sound": ("同音或者近音", "Sounds alike"), "swapped": ("相邻两字颠倒", "Two characters swapped"),
        "replaced": ("一字之差", "A character is another one"), "missing": ("漏一字", "A character is missing"),
        "surplus": ("多一字", "A character too many"),
    }),
    "name-rules": (("名称比对规则", "Rules of name comparison"), {
        "identical_name": ("名称完全相同", "Identical names"),
        "same_words_other_order": ("用词相同、顺序不同", "The same words in another order"),
        "same_trade_name_same_industry": ("字号、行业相同", "The same trade name and industry"),
        "equivalent_industry_word": ("字号相同、行业用语含义相同", "The same trade name, like industry words"),
        "same_trade_name_same_category": ("同行业中字号相同", "The same trade name in one category of industry"),
        "same_trade_name_no_industry": ("字号相同且不使用行业用语", "The same trade name, no industry stated"),
        "same_sound": ("字号读音相同", "Trade names that sound the same"),
        "contained_trade_name": ("字号包含", "One trade name contains the other"),
        "part_sounds_the_same": ("字号部分读音相同", "A part of a trade name sounds the same"),
    }),
    "region-levels": (("行政区划层级", "Levels of regions"), {
        "nation": ("全国", "Nation"), "province": ("省级", "Province"), "city": ("地级", "City"),
        "county": ("县级", "County"),
    }),
}  # fmt: skip
_CONTENTS: Mapping[str, Labelled] = {
    "shareholder-types": (("股东类型", "Types of shareholders"), {
        "natural_person": ("自然人", "Natural person"), "enterprise": ("企业法人", "Enterprise"),
        "state": ("国家", "The state"), "foreign": ("境外投资者", "Foreign investor"), "other": ("其他", "Other"),
    }),
    "contribution-types": (("出资", "Contributions"), {"subscribed": ("认缴", "Subscribed"), "paid": ("实缴", "Paid")}),
    "licence-statuses": (("许可状态", "Statuses of licences"), _IN_FORCE | {
        "revoked": ("已撤销", "Revoked"), "expired": ("已过期", "Expired")}),
    "penalty-states": (("处罚决定状态", "States of penalties"), {
        "in_force": ("有效", "In force"), "changed": ("已变更", "Changed"), "revoked": ("已撤销", "Revoked"),
        "repaired": ("已修复", "Repaired")}),
    "equity-pledge-states": (("股权出质状态", "States of pledges of equity"), _IN_FORCE | {
        "revoked": ("已撤销", "Revoked")}),
    "pledge-and-mortgage-states": (("抵押、质押状态", "States of other pledges and mortgages"), _IN_FORCE),
    "equity-freeze-states": (("股权冻结状态", "States of frozen equity"), {
        "frozen": ("冻结", "Frozen"), "prolonged": ("续行冻结", "Prolonged"), "released": ("解除冻结", "Released"),
        "lapsed": ("失效", "Lapsed")}),
    "penalty-fields": (("处罚领域", "Fields of penalties"), {
        "general": ("一般", "General"), "food": ("食品", "Food"), "drugs": ("药品", "Drugs"),
        "special_equipment": ("特种设备", "Special equipment")}),
}  # fmt: skip
_REPORTED: Mapping[str, Labelled] = {
    "report-windows": (("年报期间", "Windows of annual reports"), {
        "not_open": ("尚未开始", "Not open yet"), "open": ("报送期内", "Open"), "over": ("已结束", "Over")}),
    "finding-severities": (("校验提示", "Severities of findings on a report"), {
        "error": ("错误，须改正", "An error, to be corrected"),
        "warning": ("提示，请核对", "A warning, to be looked at")}),
    "business-states": (("经营状态", "States of business"), {
        "operating": ("开业", "Operating"), "suspended": ("歇业", "Suspended"),
        "liquidating": ("清算", "In liquidation")}),
    "elective-figures": (("可选择公示的数据", "Figures whose publication is elective"), _FIGURES | {
        "liabilities_yuan": ("负债总额", "Liabilities"), "equity_yuan": ("所有者权益合计", "Owners' equity"),
        "main_revenue_yuan": ("主营业务收入", "Revenue of the main business"), "profit_yuan": ("利润总额", "Profit"),
        "net_profit_yuan": ("净利润", "Net profit"), "tax_yuan": ("纳税总额", "Taxes"),
        "guarantees": ("对外担保", "Guarantees")}),
    "own-website-kinds": (("网站或者网店", "Websites of an enterprise"), {
        "website": ("网站", "Website"), "online_shop": ("网店", "Online shop")}),
    "licence-acts": (("许可变动", "What happened to a licence"), {
        "obtained": ("取得", "Obtained"), "changed": ("变更", "Changed"), "extended": ("延续", "Extended"),
        "ended": ("终止", "Ended")}),
    "intellectual-property-kinds": (("知识产权种类", "Kinds of intellectual property"), {
        "patent": ("专利", "Patent"), "trademark": ("商标", "Trademark"), "copyright": ("著作权", "Copyright")}),
    "measured-figures": (("政策条件所用数据", "Figures in conditions of policies"), _FIGURES | {
        "capital_yuan": ("注册资本", "Registered capital")}),
    "policy-conditions": (("政策条件", "Conditions of support policies"), {
        "size_in": ("规模", "Size"), "industry_in": ("行业", "Industry"), "form_in": ("组织形式", "Form"),
        "younger_than": ("成立时间短于", "Younger than"), "at_most": ("不超过", "At most"),
        "not_listed": ("未列入名单", "Not listed"), "report_filed": ("已报送年报", "Report filed")}),
    "policy-matches": (("政策匹配结果", "Whether a policy fits"), {
        "eligible": ("符合条件", "Eligible"), "unknown": ("无法判断", "Can't be told"),
        "not_eligible": ("不符合条件", "Not eligible")}),
    "size-doubts": (("规模无法判断的原因", "Why a size can't be told"), {
        "no_report": ("没有年报", "No annual report"),
        "industry_outside": ("行业不在标准之内", "Industry outside the standard"),
        "industry_too_broad": ("行业代码不够具体", "Industry too broad"),
        "figures_missing": ("缺少数据", "Figures missing")}),
    "small-sizes": (("小型微型企业", "Small and micro enterprises"), {
        "small": ("小型", "Small"), "micro": ("微型", "Micro")}),
    "objection-viewers": (("异议查看身份", "As whom somebody sees an objection"), {
        "asker": ("提出人", "Who asked"), "producer": ("产生单位", "The producer"),
        "officer": ("登记机关", "An officer")}),
}  # fmt: skip
_DECIDED: Mapping[str, Labelled] = {
    "clock-units": (("期限单位", "Units of terms"), {
        "working_days": ("工作日", "Working days"), "calendar_days": ("日", "Calendar days"),
        "months": ("月", "Months")}),
    "clock-waiting": (("期限等待的一方", "On whom a clock waits"), {
        "officer": ("登记机关", "The authority"), "enterprise": ("企业", "The enterprise"),
        "system": ("系统", "The system")}),
    "list-standings": (("名录状态", "Standing on a list"), {"listed": ("列入", "Listed"),
        "removed": ("移出", "Removed")}),
    "listing-decisions": (("列入决定", "Decisions on listing"), {
        "listed": ("列入", "Listed"), "not_listed": ("不予列入", "Not listed")}),
    "repair-decisions": (("移出、修复决定", "Decisions on removal and repair"), {
        "granted": ("准予", "Granted"), "declined": ("不予", "Declined")}),
    "request-decisions": (("共享申请决定", "Decisions on requests"), {
        "granted": ("同意", "Granted"), "refused": ("不同意", "Refused")}),
    "site-verifications": (("网站核验结果", "Outcomes of verifying a site"), {
        "verified": ("属实", "Verified"), "refuted": ("不属实", "Refuted")}),
    "measure-grounds": (("惩戒依据种类", "What a directive rests on"), {
        "serious_violation": ("列入严重违法失信名单", "Serious violation list"), "penalty": ("行政处罚", "Penalty"),
        "abnormal_operation": ("列入经营异常名录", "Abnormal operation list")}),
    "restriction-effects": (("核查结论", "What a check says"), {
        "none": ("无限制", "None"), "attention": ("关注", "Attention"), "restrict": ("限制", "Restrict"),
        "refuse": ("禁止", "Refuse")}),
    "person-matches": (("责任人匹配", "By what a person was matched"), {
        "identity": ("身份证件", "Identity"), "name_only": ("仅姓名相同", "The name alone")}),
    "risk-run-kinds": (("分类批次种类", "Kinds of risk runs"), {
        "monthly": ("月度", "Monthly"), "ad_hoc": ("临时", "Ad hoc"), "joined": ("新设企业", "New enterprises")}),
    "risk-run-states": (("分类批次状态", "States of risk runs"), {
        "running": ("进行中", "Running"), "finished": ("已完成", "Finished")}),
}  # fmt: skip
_SHARED: Mapping[str, Labelled] = {
    "row-operations": (("报送操作", "What a row does"), {
        "put": ("新增或者更新", "Put on the record"), "end": ("撤下", "Take off the record")}),
    "matching-methods": (("匹配方式", "How an enterprise was found"), {
        "code": ("统一社会信用代码", "Code"), "successor": ("变更前代码", "A former code"), "name": ("名称", "Name"),
        "former_name": ("曾用名", "Former name"), "similar_name": ("相近名称", "A similar name"),
        "person": ("人工", "By a person")}),
    "batch-states": (("文件状态", "States of files"), {
        "received": ("已接收", "Received"), "running": ("处理中", "Running"), "done": ("已完成", "Done"),
        "failed": ("未能处理", "Failed")}),
    "lead-receipts": (("线索接收结果", "What became of a lead that was sent"), {
        "created": ("已登记", "Created"), "repeated": ("重复", "Repeated"), "refused": ("未接收", "Refused")}),
    "correction-origins": (("更正来源", "Who noticed an error"), {
        "staff": ("登记机关人员", "Staff"), "agency": ("部门", "An agency"), "objection": ("异议", "An objection")}),
    "field-types": (("字段类型", "Types of fields"), {
        "string": ("文本", "Text"), "integer": ("整数", "Whole number"), "decimal": ("小数", "Decimal"),
        "boolean": ("是否", "Yes or no"), "date": ("日期", "Day"), "datetime": ("时间", "Instant"),
        "list": ("列表", "List"), "object": ("结构", "Object")}),
    "stream-lines": (("变更流行类型", "Lines of the change stream"), {
        "changed": ("变更", "Changed"), "withdrawn": ("撤下", "Withdrawn"), "heartbeat": ("心跳", "Heartbeat")}),
    "file-forms": (("文件格式", "Forms of files"), {
        "ndjson": ("NDJSON，每行一条", "NDJSON, one a line"), "csv": ("CSV 表格", "CSV")}),
    "proof-sides": (("存证路径方向", "Sides of a step in a proof"), {"left": ("左", "Left"), "right": ("右", "Right")}),
    "counts": (("计数方式", "How a list is counted"), {
        "none": ("不计数", "Not counted"), "capped": ("计至一万", "Up to ten thousand"),
        "exact": ("精确计数", "Exactly")}),
}  # fmt: skip

LABELS: Mapping[str, Labelled] = {**_FOUND, **_CONTENTS, **_REPORTED, **_DECIDED, **_SHARED}
