"""Which service answers which path. The gateway knows names and addresses here, and nothing of their business."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from gateway.errors import BadPath, NoSuchService, UriTooLong

SERVICES = ("sso", "disclosure", "services", "complaints", "credit-registry")
SSO = "sso"
MAX_TARGET = 8 * 1024

# The parts of the identity provider which browsers and clients reach at the public origin itself.
PROVIDER_PREFIXES = (b"/oauth2/", b"/account/")
PROVIDER_DOCUMENTS = frozenset(
    {b"/account", b"/.well-known/openid-configuration", b"/.well-known/oauth-authorization-server"}
)

# The pages of the public register.
REGISTRY = "credit-registry"
REGISTRY_PAGES = re.compile(rb"^/registry(?:/|$)")

UPLOAD_PATH = re.compile(rb"^/v1/(?:.+/(?:materials|attachments|evidence|files)|lead-batches)/[^/]+$")
PLAIN_PATH = re.compile(rb"^(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$|^/$")
DOT_SEGMENT = re.compile(rb"/\.{1,2}(?:/|$)")
# Encoded slashes, backslashes, dots, percent signs and control characters: two readers would read two paths. And what
# nobody encodes (letters, digits, `-`, `_`): a service would read `v1/%69nternal` as what is for services only.
ENCODED_TRICK = re.compile(
    rb"%(?:2f|5c|2[de]|25|[01][0-9a-f]|7f|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])", re.IGNORECASE
)
ENCODED_PATH = re.compile(rb"^(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+/?$")


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes: the service, the path inside it, whether the path takes uploads or is the provider's."""

    service: str
    path: bytes
    provider: bool = False
    upload: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @property
    def authority(self) -> bytes:
        return f"{self.host}:{self.port}".encode()


def address_of(url: str) -> Address:
    """Host and port of an `http://host:port` address; a path in it is a mistake of the configuration."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(f"an address of a service reads http://host:port, not {url!r}")
    return Address(parts.hostname, parts.port or 80)


def is_proxied(raw_path: bytes) -> bool:
    """Whether the data plane answers this path; everything else is the gateway's own."""
    if raw_path.startswith(b"/api/"):
        return not raw_path.startswith(b"/api/hub/")
    return raw_path.startswith(PROVIDER_PREFIXES) or raw_path in PROVIDER_DOCUMENTS or is_register(raw_path)


def is_register(raw_path: bytes) -> bool:
    """Whether a path is one of the public register's pages."""
    return REGISTRY_PAGES.match(raw_path) is not None


def resolve(raw_path: bytes, query: bytes, method: str) -> Target:
    """The target of a proxied path. Raises BadPath, UriTooLong, NoSuchService."""
    if len(raw_path) + len(query) > MAX_TARGET:
        raise UriTooLong(f"A path with its query has at most {MAX_TARGET} bytes.")
    check_path(raw_path)
    if is_register(raw_path):
        return Target(REGISTRY, raw_path)
    if not raw_path.startswith(b"/api/"):
        return Target(SSO, raw_path, provider=True)
    name, slash, rest = raw_path[5:].partition(b"/")
    service = name.decode("ascii", "replace")
    if service not in SERVICES or not slash or not rest.startswith(b"v1/") or is_internal(rest):
        raise NoSuchService
    path = slash + rest
    return Target(service, path, upload=method == "PUT" and UPLOAD_PATH.match(path) is not None)


def check_path(raw_path: bytes) -> None:
    """Lets through only paths which every reader reads alike. Raises BadPath."""
    if PLAIN_PATH.match(raw_path):
        if b"/." in raw_path and DOT_SEGMENT.search(raw_path):
            raise BadPath("Dot segments are not resolved here.")
        return
    if not ENCODED_PATH.match(raw_path) or ENCODED_TRICK.search(raw_path) or DOT_SEGMENT.search(raw_path):
        raise BadPath("The path holds an empty segment, a dot segment or an encoded special character.")
    try:
        unquote_to_bytes(raw_path).decode("utf-8")
    except UnicodeDecodeError as exc:
        raise BadPath("The path is not UTF-8.") from exc


def is_internal(rest: bytes) -> bool:
    """Whether a path of a service, without its first slash, is for the other services only."""
    return rest == b"v1/internal" or rest.startswith(b"v1/internal/")
