"""Which bucket a call is counted in."""

from gateway.limits.buckets import Buckets, Verdict
from gateway.proxy.headers import Headers

LOGIN_PATH = b"/oauth2/login"


class Limiter:
    """`default` for every call, by session or else by address; `login` for passwords, by address, in addition."""

    def __init__(self, default: int, login: int) -> None:
        self.default = Buckets("default", default)
        self.login = Buckets("login", login)

    def check(
        self, raw_path: bytes, method: str, address: bytes, session: bytes | None
    ) -> tuple[Verdict | None, Headers]:
        """The refusing verdict, if any, and the headers of the tightest policy that applies."""
        if method == "POST" and raw_path == LOGIN_PATH and self.login.quota:
            return self._take(self.login, address)
        if not self.default.quota:
            return None, []
        return self._take(self.default, session or address)

    @staticmethod
    def _take(buckets: Buckets, key: bytes) -> tuple[Verdict | None, Headers]:
        verdict = buckets.take(key)
        return (None if verdict.allowed else verdict), buckets.headers(verdict)
