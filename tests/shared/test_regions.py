import pytest

from shared.codes import regions


def test_names_paths_and_levels_of_a_county():
    assert regions.name("421303") == "曾都区"
    assert regions.full_name("421303") == "湖北省随州市曾都区"
    assert regions.path("421303") == ("420000", "421300", "421303")
    assert [regions.level(code) for code in ("100000", "420000", "421300", "421303")] == [
        "nation",
        "province",
        "city",
        "county",
    ]
    assert [regions.parent(code) for code in ("421303", "421300", "420000", "100000")] == [
        "421300",
        "420000",
        "100000",
        None,
    ]


@pytest.mark.parametrize(
    ("code", "full"),
    [
        ("110101", "北京市东城区"),
        ("420000", "湖北省"),
        ("421300", "湖北省随州市"),
        ("429004", "湖北省仙桃市"),
        ("100000", "中国"),
        ("440300", "广东省深圳市"),
    ],
)
def test_full_names_leave_out_what_is_no_place(code, full):
    assert regions.full_name(code) == full


def test_an_abolished_code_stays_known_and_a_reused_one_has_its_present_name():
    assert regions.is_known("421302")
    assert not regions.is_current("421302")
    assert regions.name("440111") == "白云区"
    assert regions.is_current("440111")


def test_children_are_the_regions_of_today():
    assert [region.code for region in regions.children("421300")] == ["421301", "421303", "421321", "421381"]
    assert {region.name for region in regions.children("100000")} >= {"北京市", "湖北省", "西藏自治区"}
    assert "421300" in {region.code for region in regions.children("420000")}
    assert regions.children("421303") == ()
    assert regions.children("nowhere") == ()


@pytest.mark.parametrize("code", ["", "42", "421399", "4213030", "abcdef", "４２１３０３"])
def test_an_unknown_code_is_not_known(code):
    assert not regions.is_known(code)
    with pytest.raises(KeyError):
        regions.name(code)
    with pytest.raises(KeyError):
        regions.path(code)


@pytest.mark.parametrize(
    ("unit", "region", "stands_over"),
    [
        ("100000", "421303", True),
        ("100000", "100000", True),
        ("420000", "421303", True),
        ("420000", "420000", True),
        ("421300", "421303", True),
        ("421303", "421303", True),
        ("421303", "421321", False),
        ("421303", "421300", False),
        ("421300", "420000", False),
        ("420000", "430000", False),
        ("420000", "100000", False),
        ("421300", "421403", False),
        ("", "421303", False),
        ("420000", "42", False),
        ("４20000", "421303", False),
    ],
)
def test_a_unit_covers_its_own_region_and_those_below(unit, region, stands_over):
    assert regions.covers(unit, region) is stands_over


@pytest.mark.parametrize(
    ("region", "prefix"),
    [("100000", ""), ("420000", "42"), ("421300", "4213"), ("421000", "4210"), ("421303", "421303")],
)
def test_a_region_and_all_below_it_begin_alike(region, prefix):
    assert regions.prefix(region) == prefix


def test_what_is_no_region_has_no_prefix():
    with pytest.raises(ValueError, match="six digits"):
        regions.prefix("42")


def test_every_region_has_a_name_and_a_full_name():
    for code in regions._regions():
        assert regions.name(code)
        assert regions.full_name(code)
        assert regions.path(code)[-1] == code
