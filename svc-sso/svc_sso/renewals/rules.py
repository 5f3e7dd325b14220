"""Which refresh may be done together with others."""

from urllib.parse import parse_qsl

PLAIN = frozenset({"grant_type", "refresh_token"})


def refresh_token_in(body: bytes) -> str | None:
    """The token of a form which asks for nothing but a refresh, None for any other form."""
    try:
        pairs = parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=4)
    except ValueError:
        return None
    form = dict(pairs)
    plain = len(pairs) == len(form) and form.keys() == PLAIN and form["grant_type"] == "refresh_token"
    return form["refresh_token"] if plain else None
