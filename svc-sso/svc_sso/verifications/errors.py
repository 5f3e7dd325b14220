"""Refusals about how well someone's identity was checked."""

from typing import ClassVar

from shared.errors import Forbidden, Invalid, TooManyRequests


class TrustLevelNeeded(Forbidden):
    """`needed` says how well the identity must be checked, `how` where that is done."""

    code, title, title_zh = "trust_level_needed", "Your identity must be checked first", "请先完成实名核验"
    HOW: ClassVar[str] = "POST /api/sso/v1/me/verifications"


class DocumentDiffers(Invalid):
    code, title, title_zh = (
        "document_differs",
        "The document shows other data than the account, or there is no such account",
        "证件信息与账户不符，或没有此账户",
    )


class TooManyChecks(TooManyRequests):
    code, title, title_zh = "too_many_checks", "The identity was checked too often today", "今日核验次数过多"
