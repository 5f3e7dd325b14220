import pytest

from svc_credit_registry.record.decomposition.rules import (
    EQUIVALENT,
    FURTHER,
    GENERIC,
    decompose,
    display_region,
    industry_of,
)

NAMES = [
    # name, region code, region, trade name, industry word, form
    ("北京红光酒业发展有限公司", None, "北京", "红光", "酒业发展", "有限公司"),
    ("红光(北京)酒业发展有限公司", None, "北京", "红光", "酒业发展", "有限公司"),
    ("红光（北京）酒业发展有限公司", None, "北京", "红光", "酒业发展", "有限公司"),
    ("红光酒业有限公司", None, "", "红光", "酒业", "有限公司"),
    ("北京红光酒厂", None, "北京", "红光", "酒业", "厂"),
    ("万青房地产有限公司", None, "", "万青", "房地产", "有限公司"),
    ("武汉万青置业有限公司", None, "武汉", "万青", "置业", "有限公司"),
    ("随州牛栏山白酒有限公司", "421303", "随州", "牛栏山", "白酒", "有限公司"),
    ("湖北省随州市曾都区红光商行", None, "曾都区", "红光", "", "商行"),
    ("随县红光米业有限公司", "421321", "随县", "红光", "米业", "有限公司"),
    ("阿里巴巴巴巴有限公司", None, "", "阿里巴巴巴巴", "", "有限公司"),
    ("北京阿里巴巴网络科技有限公司", None, "北京", "阿里巴巴", "网络科技", "有限公司"),
    ("随州东方红光酒业有限公司", None, "随州", "东方红光", "酒业", "有限公司"),
    ("湖北随州红光酒业有限公司", None, "随州", "红光", "酒业", "有限公司"),
    ("湖北省随县红光酒业有限公司", None, "随县", "红光", "酒业", "有限公司"),
    ("长安汽车有限公司", None, "", "长安", "汽车", "有限公司"),
    ("重庆长安汽车股份有限公司", None, "重庆", "长安", "汽车", "股份有限公司"),
    ("长沙银行股份有限公司", None, "", "长沙", "银行", "股份有限公司"),
    ("上海浦东发展银行股份有限公司", None, "上海", "浦东发展", "银行", "股份有限公司"),
    ("深圳市腾讯计算机系统有限公司", None, "深圳市", "腾讯", "计算机系统", "有限公司"),
    ("中国石油天然气股份有限公司", None, "", "中国石油", "天然气", "股份有限公司"),
    ("随州市曾都区老张面馆", "421303", "曾都区", "老张", "餐饮", "馆"),
    ("随州农商银行", "421303", "随州", "农商", "银行", "行"),
    ("腾讯科技（深圳）有限公司", None, "深圳", "腾讯", "科技", "有限公司"),
    ("随州全聚德实业有限公司", "421303", "随州", "全聚德", "实业", "有限公司"),
    ("上海文化科技有限公司", None, "上海", "文化", "科技", "有限公司"),
]


@pytest.mark.parametrize(("name", "code", "region", "trade_name", "industry", "form"), NAMES, ids=[n[0] for n in NAMES])
def test_a_name_comes_apart(
    name: str, code: str | None, region: str, trade_name: str, industry: str, form: str
) -> None:
    parts = decompose(name, code)
    assert (parts.region_text, parts.trade_name, parts.industry_word, parts.organisation_form) == (
        region,
        trade_name,
        industry,
        form,
    )


@pytest.mark.parametrize("name", ["", "红", "有限公司", "北京", "12", "酒业有限公司", "()", "北京有限公司"])
def test_nothing_makes_it_fail(name: str) -> None:
    decompose(name)
    decompose(name, "421303")


@pytest.mark.parametrize(
    ("word", "industry"),
    [("酒业发展", "酒业"), ("白酒", "酒业"), ("地产", "房地产"), ("量子计算", "量子计算"), ("发展", ""), ("", "")],
)
def test_one_word_stands_for_an_industry(word: str, industry: str) -> None:
    assert industry_of(word) == industry


def test_no_word_means_two_industries() -> None:
    words = [word for group in EQUIVALENT for word in group] + [*FURTHER, *GENERIC]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("421303", "随州"),
        ("421300", "随州"),
        ("421321", "随县"),
        ("421381", "广水"),
        ("420000", "湖北"),
        ("110105", "北京"),
        ("500112", "重庆"),
        ("100000", ""),
    ],
)
def test_a_name_begins_with_the_city_of_a_district_or_the_county(code: str, shown: str) -> None:
    assert display_region(code) == shown
