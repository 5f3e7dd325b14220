"""Public answers which the gateway may keep: how long at most, and under which tags it drops them.

Only an answer that is the same for everyone is marked; what depends on the language says so by `Vary`. The gateway
drops a kept answer when an event comes that changes one of its tags (gateway.cache.tags); `s-maxage` is the bound for
changes that no event tells, such as a new day. What no event of that table tells of is kept `brief`ly.
"""

FRESH_SECONDS, RENEWING_SECONDS, FAILING_SECONDS = 60, 30, 600
POLICY = (
    f"public, max-age=0, s-maxage={FRESH_SECONDS}, stale-while-revalidate={RENEWING_SECONDS}, "
    f"stale-if-error={FAILING_SECONDS}"
)
BRIEF = "public, max-age=0, s-maxage=1"


def cached(*tags: str, by_language: bool = False, brief: bool = False) -> dict[str, str]:
    """The header fields of an answer that stays as it is until something with one of `tags` changes."""
    headers = {"Cache-Control": BRIEF if brief else POLICY, "Cache-Tags": " ".join(tags)}
    return headers | {"Vary": "Accept-Language"} if by_language else headers
