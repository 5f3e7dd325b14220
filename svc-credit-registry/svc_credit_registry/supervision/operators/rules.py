"""Online operators (网络经营主体) and their sites: kinds, domains, ICP numbers, marks of verification. Pure.

《电子商务法》 (in force 2019-01-01) article 15: operators show who they are; article 28: platforms report who trades on
them. 《网络交易监督管理办法》 (Order 37 of SAMR, in force 2021-05-01). 《企业信息公示暂行条例》 article 9: the annual
report names websites and online shops.
"""

import re
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from shared.errors import FieldError
from svc_credit_registry.supervision.operators.errors import SiteClosed, SiteInvalid

BASIS = "《网络交易监督管理办法》（市场监管总局令第37号，2021-05-01起施行）；《电子商务法》第十五条、第二十八条"
PART = "online_sites"


class OperatorKind(StrEnum):
    """What an operator trades through."""

    WEBSITE = "website"
    APP = "app"
    MINI_PROGRAM = "mini_program"
    PLATFORM_SHOP = "platform_shop"
    LIVE_STREAM = "live_stream"


KIND_LABELS: dict[OperatorKind, tuple[str, str]] = {
    OperatorKind.WEBSITE: ("网站", "Website"),
    OperatorKind.APP: ("应用程序", "App"),
    OperatorKind.MINI_PROGRAM: ("小程序", "Mini program"),
    OperatorKind.PLATFORM_SHOP: ("平台内网店", "Shop on a platform"),
    OperatorKind.LIVE_STREAM: ("直播间", "Live-stream room"),
}


class Mark(StrEnum):
    """Whether somebody has checked that the site is the operator's."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REFUTED = "refuted"


MARK_LABELS: dict[Mark, tuple[str, str]] = {
    Mark.UNVERIFIED: ("未核验", "Not checked yet"),
    Mark.VERIFIED: ("已核验", "Checked: it is the operator's"),
    Mark.REFUTED: ("核验不符", "Checked: it is not the operator's"),
}


class Act(StrEnum):
    """What may happen to a site; `MARKS` is the whole state machine, a closed site takes no more."""

    VERIFY = "verify"
    REFUTE = "refute"


MARKS: dict[tuple[Mark, Act], Mark] = {(mark, Act.VERIFY): Mark.VERIFIED for mark in Mark} | {
    (mark, Act.REFUTE): Mark.REFUTED for mark in Mark
}

WEB = ("", "http", "https")
LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")
ICP = re.compile(
    r"^[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀黔贵滇云藏陕秦甘陇青宁新]"
    r"(?:ICP备\d{6,10}号(?:-\d{1,4}[AX]?)?|ICP证\d{6}号?|B2-\d{8}(?:-\d{1,4})?)$"
)


def domain_of(text: str) -> str:
    """The domain in an address or a bare host, as it is compared: lower case, Punycode (RFC 5891), no `www.`.

    Raises `SiteInvalid` (422) for what can't be one; a bare IP address is none, nor an address which a browser would
    run or open with something else.
    """
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host = (parts.hostname or "") if parts.scheme in WEB else ""
        plain = host.rstrip(".").encode("idna").decode().lower()
    except ValueError:  # UnicodeError is one too
        plain = ""
    labels = plain.removeprefix("www.").split(".")
    is_name = len(labels) > 1 and len(plain) <= 253 and all(LABEL.match(label) for label in labels)
    if not is_name or labels[-1].isdigit():
        raise SiteInvalid(errors=[FieldError("#domain", "domain", "不是有效的域名 / not a domain")])
    return ".".join(labels)


def icp_number_of(text: str) -> str:
    """An ICP filing or licence number as it is compared; `SiteInvalid` (422) for another form."""
    plain = re.sub(r"\s+", "", text).upper().replace("（", "(").replace("）", ")")
    if not ICP.match(plain):
        raise SiteInvalid(errors=[FieldError("/icp_number", "icp_number", "如 鄂ICP备12345678号-1")])
    return plain


def check_identified(kind: OperatorKind, domain: str | None, platform: str | None, account: str | None) -> None:
    """A website has its domain; what runs on a platform names the platform and its account there (422)."""
    faults = []
    if kind is OperatorKind.WEBSITE and domain is None:
        faults.append(FieldError("/address", "required", "请填写网址 / the address is needed"))
    if kind is not OperatorKind.WEBSITE and not (platform and account):
        faults.append(FieldError("/platform", "required", "请填写平台及账号 / platform and account are needed"))
    if faults:
        raise SiteInvalid(errors=faults)


def check_period(opened_on: date, closed_on: date | None, today: date) -> None:
    """Refuses (422) a site opened in the future, or closed before it opened or in the future."""
    if opened_on > today or (closed_on is not None and not opened_on <= closed_on <= today):
        raise SiteInvalid(errors=[FieldError("/opened_on", "period", "起止日期不正确 / the period can't be")])


def marked(mark: Mark, act: Act, closed_on: date | None) -> Mark:
    """The mark which follows `act`; 409 for a closed site."""
    if closed_on is not None:
        raise SiteClosed(closed_on=closed_on.isoformat())
    return MARKS[(mark, act)]
