"""Addresses as the caller knows them: the gateway serves `/v1/...` of a service under `/api/<service>/v1/...`."""

import re

from fastapi import Request, Response

PREFIX = re.compile(r"^/api/[a-z-]{1,40}$")


def public_path(request: Request, path: str) -> str:
    """`path` of this service as it is from outside; the gateway names the prefix, and nobody else can."""
    prefix = request.headers.get("x-forwarded-prefix", "")
    return prefix + path if PREFIX.match(prefix) else path


def publish_location(request: Request, response: Response) -> None:
    """Turns a Location inside the service into the one which the caller can follow."""
    location = response.headers.get("location", "")
    if location.startswith("/v1/"):
        response.headers["location"] = public_path(request, location)
