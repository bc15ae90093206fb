"""Codes of divisions and organizations."""

import pytest

from lms.organizations import rules
from lms.organizations.rules import DivisionLevel

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Codes that these companies publish themselves, and the example of the standard.
PUBLISHED = {
    "华为技术有限公司": "914403001922038216",
    "深圳市腾讯计算机系统有限公司": "9144030071526726XG",
    "阿里巴巴（中国）网络技术有限公司": "91330100799655058B",
    "百度在线网络技术（北京）有限公司": "91110000802100433B",
    "小米科技有限责任公司": "91110108551385082Q",
    "上海汽车集团股份有限公司": "91310000132260250X",
    "海尔智家股份有限公司": "91370200163562681G",
    "GB 32100": "91350100M000100Y43",
}


@pytest.mark.parametrize("code", PUBLISHED.values(), ids=PUBLISHED.keys())
def test_published_credit_codes_are_right(code):
    assert rules.is_credit_code(code)


@pytest.mark.parametrize("code", PUBLISHED.values(), ids=PUBLISHED.keys())
def test_no_other_single_character_in_any_place_is_right(code):
    changed = [
        code[:place] + other + code[place + 1 :]
        for place in range(18)
        for other in CHARACTERS
        if other != code[place]
    ]
    assert [each for each in changed if rules.is_credit_code(each)] == []


@pytest.mark.parametrize(
    "text",
    ["", "91370200163562681", "9137020016356268IG", "91370200163562681g", "９" * 18, "9" * 19],
)
def test_what_has_not_the_form_is_no_credit_code(text):
    assert not rules.is_credit_code(text)


def test_credit_codes_are_compared_in_upper_case_without_spaces():
    assert rules.normalize_credit_code(" 9137 0200 163562681g\t") == "91370200163562681G"


@pytest.mark.parametrize(
    ("code", "prefix", "level"),
    [
        ("370000", "37", DivisionLevel.PROVINCE),
        ("371100", "3711", DivisionLevel.CITY),
        ("371102", "371102", DivisionLevel.COUNTY),
        ("371102001", "371102001", DivisionLevel.STREET),
        ("370100", "3701", DivisionLevel.CITY),
        ("469001", "469001", DivisionLevel.COUNTY),
        # A street's code that ends in zeros is no city's.
        ("371100000", "371100000", DivisionLevel.STREET),
    ],
)
def test_codes_of_what_lies_below_begin_alike(code, prefix, level):
    assert rules.division_prefix(code) == prefix
    assert rules.division_level(code) is level


@pytest.mark.parametrize(
    ("upper", "lower", "lies_below"),
    [
        ("370000", "371102001", True),
        ("371100", "371102", True),
        ("371100", "371102001", True),
        ("371102", "371102001", True),
        ("370100", "371100", False),
        ("371100", "370100", False),
        ("371100", "371000", False),
        ("371000", "371100", False),
        ("371102", "371103", False),
        ("371102", "371103001", False),
        ("371102", "371100", False),
        ("371102001", "371102002", False),
        ("370000", "310000", False),
    ],
)
def test_neighbours_do_not_lie_below_each_other(upper, lower, lies_below):
    assert lower.startswith(rules.division_prefix(upper)) is lies_below


@pytest.mark.parametrize(
    ("code", "is_code"),
    [("370000", True), ("371102001", True), ("37", False), ("3711020010", False), ("０", False)],
)
def test_division_codes_have_six_or_nine_digits(code, is_code):
    assert rules.is_division_code(code) is is_code
