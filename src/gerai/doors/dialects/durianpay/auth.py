"""Who asks: what every endpoint of this door begins with."""

from __future__ import annotations

import base64
from typing import Final

from gerai.doors.http.context import RequestContext

NAME: Final = "durianpay"
#: Requests of one key per minute, where the key has no figure of its own. The contract publishes none.
PER_MINUTE: Final = 300


def authenticate(ctx: RequestContext) -> str:
    """Authenticate and count the request. Returns the presented key, which signs payments.

    Refuses: NotAuthenticated, RateLimited.
    """
    token = basic_user(ctx.headers.get("authorization", ""))
    ctx.authenticate(token, NAME)
    ctx.limit("requests", PER_MINUTE)
    return token


def basic_user(header: str) -> str:
    """The user of Basic credentials with a blank password; empty for anything else.

    The seed prints the header without the word "Basic"; both are read.
    """
    kind, _, rest = header.strip().partition(" ")
    encoded = rest.strip() if kind.lower() == "basic" else header.strip()
    try:
        # Strictly: lenient decoding would let several spellings be one key.
        user, colon, password = base64.b64decode(encoded, validate=True).decode("ascii").partition(":")
    except ValueError:
        return ""
    return user if colon and not password else ""
