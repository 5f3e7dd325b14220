"""Why a signed call is refused. Each 401 says by `Accept-Signature` what would be taken (RFC 9421, 5.1)."""

from typing import Any

from shared.errors import BadRequest, Forbidden, Unauthenticated

WANTED = 'yiwang=("@method" "@target-uri" "content-digest");created;keyid;nonce;tag="yiwang"'


class SignatureRefused(Unauthenticated):
    code, title, title_zh = "signature_invalid", "The signature does not hold", "签名无效"

    def __init__(self, detail: str | None = None, **extensions: Any) -> None:
        super().__init__(detail, headers={"Accept-Signature": WANTED}, **extensions)


class SignatureIncomplete(SignatureRefused):
    code, title, title_zh = "signature_incomplete", "The signature does not cover enough", "签名覆盖的内容不足"


class SignatureTime(SignatureRefused):
    code, title, title_zh = "signature_time", "The signature is too old, or of the future", "签名时间不在允许范围内"


class SignatureReplayed(SignatureRefused):
    code, title, title_zh = "signature_replayed", "This nonce was used before", "该随机数已使用过"


class SignatureKeyUnknown(SignatureRefused):
    code, title, title_zh = "signature_key_unknown", "There is no such key", "没有该签名密钥"


class SignatureMalformed(BadRequest):
    code, title, title_zh = "signature_malformed", "The signature fields can't be read", "签名字段无法识别"


class TwoCredentials(BadRequest):
    code, title, title_zh = "two_credentials", "A signed call carries no other credentials", "签名调用不得携带其他凭据"


class DigestMismatch(BadRequest):
    code, title, title_zh = "digest_mismatch", "The body is not the one which was signed", "请求体与签名摘要不一致"


class SigningForbidden(Forbidden):
    code, title, title_zh = "signing_forbidden", "This client may not call by signatures", "该客户端未获准签名调用"
