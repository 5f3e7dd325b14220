"""Why a request to log out is not followed."""


class BadLogout(Exception):
    """The hint is not one of ours, or the address is not one of the client's: said on a page, never sent on."""
