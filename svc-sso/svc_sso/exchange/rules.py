"""The words in which the audit tells of tokens which machines get."""

ISSUED = "tokens.issued"


def told(jti: str, audience: str, at: int) -> dict[str, object]:
    """What the audit says of one token; several which were issued at once stand in one row."""
    return {"tokens": [{"jti": jti, "audience": audience, "at": at}]}
