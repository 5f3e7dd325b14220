"""What may be pushed, and for how long it waits (RFC 9126; FAPI 2.0 Security Profile, 5.3.2.2)."""

from collections.abc import Mapping
from datetime import timedelta

from svc_sso.clients.errors import OAuthError

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIFETIME = timedelta(seconds=60)
"""Within this the browser must come; who then takes his time to log in may."""
KEPT_AFTER_END = timedelta(hours=1)
CREDENTIALS = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


def is_pushed(request_uri: str) -> bool:
    """Whether a request_uri is one of ours, not the address of a document (which this provider never fetches)."""
    return request_uri.startswith(PREFIX)


def kept(form: Mapping[str, str], client_id: str, jkt: str | None) -> dict[str, object]:
    """The parameters of a pushed request. `jkt` is the key which its sender proved: the code will be bound to it.

    Raises OAuthError for a request which names another, and for one which names a client other than its sender.
    """
    if "request_uri" in form:
        raise OAuthError("invalid_request", "A request_uri can not be pushed.")
    if form.get("client_id", client_id) != client_id:
        raise OAuthError("invalid_request", "The client_id is not that of the client which pushes.")
    if jkt is not None and form.get("dpop_jkt", jkt) != jkt:
        raise OAuthError("invalid_dpop_proof", "The dpop_jkt is not the key of the proof.")
    params: dict[str, object] = {name: value for name, value in form.items() if name not in CREDENTIALS}
    return params | {"client_id": client_id} | ({"dpop_jkt": jkt} if jkt else {})
