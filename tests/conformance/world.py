"""What a check has at hand: the provider, clients registered with it, a person, browsers, and the usual steps."""

import base64
import contextlib
import hashlib
import hmac
import json
import math
import secrets
import ssl
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from tests.conformance.browser import Browser, Landing, Person, Shown
from tests.conformance.checks import expect

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FIVE_MINUTES = 300
ID_TOKEN_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
TIMEOUT = 30.0


@dataclass(frozen=True)
class Client:
    """An application as it is registered; `key` proves who it is where the method is private_key_jwt."""

    client_id: str
    redirect_uri: str
    post_logout_uri: str
    backchannel_uri: str = ""
    method: str = "client_secret_basic"
    secret: str = ""
    key: ECKey | None = None
    rsa: RSAKey | None = None
    dpop: bool = False
    id_token_alg: str = "RS256"


@dataclass
class Op:
    """A provider: its name in the table, its issuer, and what it is told of beforehand."""

    name: str
    issuer: str
    tls: ssl.SSLContext
    person: Person
    clients: dict[str, Client]
    heard: Any = None
    _metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, Any]:
        """Its description of itself."""
        if not self._metadata:
            with self.http() as http:
                answer = http.get(f"{self.issuer}/.well-known/openid-configuration")
            assert answer.status_code == 200, answer.text
            self._metadata = answer.json()
        return self._metadata

    def http(self) -> httpx.Client:
        """A client which trusts the certificate, follows nothing and uses no proxy."""
        return httpx.Client(verify=self.tls, timeout=TIMEOUT, trust_env=False)

    def keys(self) -> KeySet:
        """Its public keys, fetched anew."""
        with self.http() as http:
            return KeySet.import_key_set(http.get(self.metadata["jwks_uri"]).json())


@dataclass(frozen=True)
class Sent:
    """An authorization request and the secret half of its PKCE challenge."""

    params: dict[str, str]
    verifier: str


@dataclass(frozen=True)
class Back:
    """A browser back at the application, with a code; `asked` is what the person was shown on the way."""

    sent: Sent
    params: dict[str, str]
    asked: tuple[str, ...]

    @property
    def code(self) -> str:
        return self.params["code"]


@dataclass(frozen=True)
class Tokens:
    """A token answer with its ID token read."""

    answer: dict[str, Any]
    id_claims: dict[str, Any]
    id_header: dict[str, Any]
    back: Back | None

    @property
    def access(self) -> str:
        return str(self.answer["access_token"])


class World:
    """One check's place: nothing of it is shared with another check but the provider."""

    def __init__(self, op: Op) -> None:
        self.op, self.warnings = op, list[str]()
        self._open = contextlib.ExitStack()
        self.http = self._open.enter_context(op.http())
        self.key = ECKey.generate_key("P-256", private=True)
        self.dpop_by_default = False

    def close(self) -> None:
        """Gives the connections back."""
        self._open.close()

    def warn(self, holds: object, detail: str) -> None:
        """Notes what should be otherwise but breaks no rule."""
        if not holds:
            self.warnings.append(detail)

    def client(self, role: str = "basic") -> Client:
        """The application registered for a role."""
        return self.op.clients[role]

    def endpoint(self, name: str) -> str:
        """An address of the provider's metadata, by the name of its member without `_endpoint`."""
        return str(self.op.metadata[f"{name}_endpoint"])

    def browser(self) -> Browser:
        """A new browser without cookies."""
        return Browser(self._open.enter_context(self.op.http()), self.op.issuer)

    # The way to a code.

    def request(self, client: Client, **changes: str | None) -> Sent:
        """A usual authorization request; None leaves a parameter out."""
        verifier = secrets.token_urlsafe(48)
        params: dict[str, str | None] = {
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uri,
            "response_type": "code",
            "scope": "openid profile",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        return Sent({n: v for n, v in (params | changes).items() if v is not None}, verifier)

    def address(self, params: dict[str, str]) -> str:
        """The address which a browser is sent to with an authorization request."""
        return f"{self.endpoint('authorization')}?{urlencode(params, quote_via=quote)}"

    def show(self, browser: Browser, sent: Sent) -> Shown:
        """What the provider shows first."""
        return browser.open(self.address(sent.params))

    def go(self, browser: Browser, sent: Sent) -> Shown:
        """Where the browser ends after the person did what was asked."""
        browser.asked.clear()
        return self.op.person.walk(browser, self.show(browser, sent))

    def come_back(self, browser: Browser, client: Client, sent: Sent, shown: Shown) -> Back:
        """The answer at the application, with the rules that hold for every answer checked."""
        expect(isinstance(shown, Landing), f"the browser is not back at the application: {_excerpt(shown)}")
        assert isinstance(shown, Landing)
        expect(shown.address == client.redirect_uri.partition("?")[0], f"sent to {shown.address}")
        expect(shown.status not in (307, 308), "a redirect which sends forms again")
        expect(not shown.fragment, "something stands in the fragment")
        expect(shown.params.get("state") == sent.params.get("state"), "the state is another")
        expect(shown.params.get("iss", self.op.issuer) == self.op.issuer, "iss is another issuer")
        return Back(sent, shown.params, tuple(browser.asked))

    def code(self, browser: Browser, client: Client, **changes: str | None) -> Back:
        """A code, by the usual way."""
        sent = self.request(client, **changes)
        back = self.come_back(browser, client, sent, self.go(browser, sent))
        expect("code" in back.params, f"no code: {back.params}")
        return back

    def error(self, browser: Browser, client: Client, **changes: str | None) -> str:
        """The error which the application is told of; nothing else may come."""
        sent = self.request(client, **changes)
        back = self.come_back(browser, client, sent, self.go(browser, sent))
        expect("code" not in back.params, "a code was given")
        expect("error" in back.params, "no error is told")
        return back.params["error"]

    # Token endpoint.

    def authenticated(self, client: Client, **claims: Any) -> tuple[dict[str, str], dict[str, str]]:
        """Form fields and headers which prove the client; `claims` change its assertion."""
        if client.method == "private_key_jwt":
            return {"client_assertion_type": ASSERTION, "client_assertion": self.assertion(client, **claims)}, {}
        if client.method == "client_secret_post":
            return {"client_id": client.client_id, "client_secret": client.secret}, {}
        pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
        return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def assertion(
        self, client: Client, *, header: dict[str, Any] | None = None, key: Key | bytes | None = None, **changes: Any
    ) -> str:
        """A client's assertion (RFC 7523) for this issuer; None leaves a claim out."""
        assert client.key is not None
        now = int(time.time())
        claims = {"iss": client.client_id, "sub": client.client_id, "aud": self.op.issuer, "jti": str(uuid.uuid4()),
                  "iat": now, "exp": now + 60}  # fmt: skip
        merged = {name: value for name, value in (claims | changes).items() if value is not None}
        protected = {"alg": "ES256", "kid": client.key.kid} | (header or {})
        return sign(protected, merged, key or client.key)

    def post(self, client: Client, endpoint: str, form: dict[str, str], **headers: str) -> httpx.Response:
        """A client's request, with its proof of key where it is bound to one."""
        own, proof = self.authenticated(client)
        url = self.endpoint(endpoint)
        if client.dpop and endpoint == "token" and "DPoP" not in headers:
            headers["DPoP"] = self.proof("POST", url)
        return self.http.post(url, data=own | form, headers=proof | headers)

    def redeem(self, client: Client, back: Back, **changes: str | None) -> httpx.Response:
        """The token endpoint's answer for a code; None leaves a parameter out."""
        form = {
            "grant_type": "authorization_code",
            "code": back.code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": back.sent.verifier,
        }
        return self.post(client, "token", {n: v for n, v in (form | changes).items() if v is not None})

    def refresh(self, client: Client, token: str) -> httpx.Response:
        """The token endpoint's answer for a refresh token."""
        return self.post(client, "token", {"grant_type": "refresh_token", "refresh_token": token})

    def tokens(self, client: Client, back: Back) -> Tokens:
        """The tokens for a code, with the rules that hold for every ID token checked."""
        return self.read(client, self.redeem(client, back), back)

    def read(self, client: Client, answer: httpx.Response, back: Back | None = None) -> Tokens:
        """A token answer, checked."""
        expect(answer.status_code == 200, f"the token endpoint answers {answer.status_code}: {answer.text[:200]}")
        expect(answer.headers["content-type"].startswith("application/json"), "the token answer is not JSON")
        body = answer.json()
        expect(body.get("token_type", "").lower() == ("dpop" if client.dpop else "bearer"), f"{body.get('token_type')}")
        header, claims = self.id_token(client, body["id_token"])
        if back is not None:
            expect(claims.get("nonce") == back.sent.params.get("nonce"), "the nonce is another")
        return Tokens(body, claims, header, back)

    def id_token(self, client: Client, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of an ID token after OpenID Connect Core 3.1.3.7."""
        decoded = jwt.decode(token, self.op.keys(), algorithms=ID_TOKEN_ALGORITHMS)
        header, claims, now = decoded.header, decoded.claims, time.time()
        audience = claims.get("aud")
        expect(claims.get("iss") == self.op.issuer, f"iss is {claims.get('iss')}")
        expect(client.client_id in (audience if isinstance(audience, list) else [audience]), f"aud is {audience}")
        expect(now < claims["exp"] < now + 50 * 366 * 86400, "exp is past or absurd")
        expect(abs(now - claims["iat"]) <= FIVE_MINUTES, "iat is not now")
        expect(header.get("kid"), "the header has no kid")
        expect(str(claims["sub"]).isascii() and 0 < len(claims["sub"]) <= 255, "sub is not 1 to 255 ASCII characters")
        expect(claims.get("acr", "-") != "", "acr is empty")
        expect(now - 366 * 86400 < claims.get("auth_time", now) <= now + FIVE_MINUTES, "auth_time is absurd")
        return dict(header), dict(claims)

    def sign_in(self, browser: Browser, client: Client, **changes: str | None) -> Tokens:
        """The whole way from the request to checked tokens."""
        return self.tokens(client, self.code(browser, client, **changes))

    def userinfo(self, access: str, **headers: str) -> httpx.Response:
        """Userinfo by GET with a bearer token."""
        return self.http.get(self.endpoint("userinfo"), headers={"Authorization": f"Bearer {access}"} | headers)

    # Proofs of possession (RFC 9449).

    def proof(
        self,
        method: str,
        url: str,
        access: str | None = None,
        *,
        header: dict[str, Any] | None = None,
        key: Key | None = None,
        **changes: Any,
    ) -> str:
        """A DPoP proof by this world's key; None leaves a claim or a member of the header out."""
        signing = key or self.key
        claims: dict[str, Any] = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
        if access is not None:
            claims["ath"] = b64(hashlib.sha256(access.encode()).digest())
        protected: dict[str, Any] = {"typ": "dpop+jwt", "alg": "ES256", "jwk": signing.as_dict(private=False)}
        merged = {n: v for n, v in (claims | changes).items() if v is not None}
        head = {n: v for n, v in (protected | (header or {})).items() if v is not None}
        return sign(head, merged, signing)


def sign(header: dict[str, Any], claims: dict[str, Any], key: Key | bytes) -> str:
    """A compact JWT with whatever stands in the header, be it a lie; alg `none` leaves the signature out.

    Bytes for a key are the secret of HS256, also where they are someone's public key.
    """
    algorithm = str(header.get("alg", "ES256"))
    head, body = b64(_json(header)), b64(_json(claims))
    if algorithm == "none":
        return f"{head}.{body}."
    if isinstance(key, bytes):
        return f"{head}.{body}.{b64(hmac.digest(key, f'{head}.{body}'.encode(), 'sha256'))}"
    signer = jws.JWSRegistry.algorithms[algorithm]
    return f"{head}.{body}.{b64(signer.sign(f'{head}.{body}'.encode(), key))}"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return b64(hashlib.sha256(verifier.encode()).digest())


def entropy_bits(text: str) -> float:
    """Shannon's measure of the text's own characters, times their number, as the official suite takes it."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts) * len(text)


def _excerpt(shown: Shown) -> str:
    if isinstance(shown, Landing):
        return f"{shown.address} {shown.params}"
    return f"{shown.status} {shown.url} {' '.join(shown.text.split())[-300:]}"
