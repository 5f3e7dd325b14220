"""When an article may become public, and under which number. Pure.

Regulations on government information disclosure (政府信息公开条例, revised 2019): Art. 12 the index in the catalogue,
Art. 17 review before publication; Interim Regulations on enterprise information publicity (2014, revised 2024): Art. 6.
"""

from svc_disclosure.articles.errors import AlreadyPublic
from svc_disclosure.articles.rules import PUBLIC, Status
from svc_disclosure.columns.rules import Step
from svc_disclosure.publication import errors

REGISTRATION_BASIS = "《企业信息公示暂行条例》第六条:登记信息自产生之日起20个工作日内公示,依法自动公开"
AUTOMATIC_NOTE = "依法自动公开:登记信息属于法定公开内容,不含国家秘密"


def check_publishable(status: Status, due: Step | None) -> None:
    """Refuses publication before every needed decision stands for the present text."""
    if status in PUBLIC:
        raise AlreadyPublic
    if status is not Status.APPROVED or due is not None:
        raise errors.NotApproved(next_step=due.value if due else None)


def check_withdrawable(status: Status) -> None:
    """Refuses to withdraw what is not published."""
    if status is not Status.PUBLISHED:
        raise errors.NotPublic


def index_number(region: str, year: int, serial: int) -> str:
    """The index number (索引号): region of the publishing unit, year, serial number within both. Never reused."""
    return f"{region}-{year}-{serial:06d}"
