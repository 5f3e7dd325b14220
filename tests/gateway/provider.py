"""An identity provider that does what a test tells it, lies included. The honest one is svc-sso itself."""

import base64
import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.types import Receive, Scope, Send

from tests.support.tokens import SignToken

Change = Callable[[dict[str, Any]], None]


class Provider:
    """Token endpoint, userinfo and the end of a session, as plain ASGI; `account` logs in with every code."""

    def __init__(self, sign: SignToken) -> None:
        self.sign = sign
        self.account, self.session = str(uuid.uuid4()), str(uuid.uuid4())
        self.nonce = ""
        self.lifetime = 300.0
        self.exchanged: list[str] = []
        self.refreshed: list[str] = []
        self.reused = 0
        self.ended: list[str] = []
        self.asked: list[dict[str, str]] = []
        self.refresh_token = ""
        self.away = False
        self.permissions = ["complaints:complaints:file"]
        self.organisations: list[dict[str, Any]] = []
        self.be_honest()

    def be_honest(self) -> None:
        """Takes back every lie."""
        self.error: str | None = None
        # What a lying provider changes before it signs or sends.
        self.id_claims: dict[str, Any] = {}
        self.id_header: dict[str, Any] = {}
        self.access_claims: dict[str, Any] = {}
        self.change_id_token: Callable[[str], str] = lambda token: token
        self.change_answer: Change = lambda answer: None
        self.userinfo: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer = self._answer(scope, body)
        content = b"" if answer is None else orjson.dumps(answer)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, scope: Scope, body: bytes) -> tuple[int, Any]:
        if self.away:
            return 503, {}
        if scope["path"] != "/oauth2/token":
            return self._read(scope["path"])
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form["grant_type"] == "client_credentials":  # the gateway for itself, at times of its own choosing
            return 200, {"access_token": self.sign(aud=form["audience"], kind="system"), "expires_in": 300}
        self.asked.append(form | {"authorization": dict(scope["headers"]).get(b"authorization", b"").decode()})
        if self.error is not None:
            return 400, {"error": self.error}
        if form["grant_type"].endswith("token-exchange"):
            return self._exchange(form)
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh_token:
                self.reused += 1
                return 400, {"error": "invalid_grant"}
            self.refreshed.append(form["refresh_token"])
        return 200, self._tokens()

    def _read(self, path: str) -> tuple[int, Any]:
        if path == "/oauth2/userinfo":
            return 200, {"sub": self.account, "name": "张伟"} | self.userinfo
        if path == "/v1/me/organisations":
            return 200, {"items": self.organisations}
        if not path.startswith("/v1/me/sessions/"):
            return 404, {}
        self.ended.append(path.rsplit("/", 1)[1])
        return 204, None

    def _exchange(self, form: dict[str, str]) -> tuple[int, Any]:
        org = form.get("org")
        if org is not None and org not in {one["code"] for one in self.organisations}:
            return 400, {"error": "invalid_target"}
        self.exchanged.append(form["audience"])
        claims = {"sub": self.account, "sid": self.session, "permissions": self.permissions, "org": org}
        token = self.sign(aud=form["audience"], **claims)
        return 200, {"access_token": token, "expires_in": 300, "token_type": "Bearer"}

    def _tokens(self) -> dict[str, Any]:
        self.refresh_token = uuid.uuid4().hex
        claims = {"aud": "sso", "sub": self.account, "sid": self.session, "permissions": self.permissions}
        access = self.sign(**(claims | self.access_claims))
        digest = hashlib.sha256(access.encode()).digest()[:16]
        own = {
            "aud": "gateway",
            "sub": self.account,
            "sid": self.session,
            "nonce": self.nonce,
            "auth_time": int(time.time()),
            "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "permissions": None,
        }
        token = self.sign(header={"typ": "JWT"} | self.id_header, **(own | self.id_claims))
        answer = {
            "access_token": access,
            "expires_in": self.lifetime,
            "token_type": "Bearer",
            "refresh_token": self.refresh_token,
            "id_token": self.change_id_token(token),
        }
        self.change_answer(answer)
        return answer
