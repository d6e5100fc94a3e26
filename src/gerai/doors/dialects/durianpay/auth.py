"""Who asks, and under which idempotency key: what every endpoint of this door begins with."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.doors.http.context import RequestContext
from gerai.engine.command import Idempotency

NAME: Final = "durianpay"
#: Requests of one key per minute, where the key has no figure of its own. The contract publishes none.
PER_MINUTE: Final = 300
#: Our extension on creates: the standard name, and both names the contract's clients send elsewhere (§19.22).
_IDEMPOTENCY_HEADERS: Final = ("idempotency-key", "x-idempotency-key", "idempotency_key")
_LONGEST_KEY: Final = 255


def authenticate(ctx: RequestContext) -> str:
    """Authenticate and count the request. Answers the presented key, which signs payments.

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
        user, colon, password = base64.b64decode(encoded, validate=True).decode("ascii").partition(":")
    except ValueError:
        return ""
    return user if colon and not password else ""


def idempotency(ctx: RequestContext, operation: str, request: msgspec.Struct) -> Idempotency | None:
    """The request's idempotency key, with the fingerprint of what was decoded; None when the client sent none.

    Keys of this contract belong to the merchant, so two API keys of one merchant share them.
    """
    for name in _IDEMPOTENCY_HEADERS:
        key = ctx.headers.get(name, "").strip()
        if len(key) > _LONGEST_KEY:
            raise InputInvalid(fields={name: [f"is too long (maximum is {_LONGEST_KEY} characters)"]}, where="headers")
        if key:
            fingerprint = hashlib.sha256(msgspec.json.encode(request, order="deterministic")).digest()
            return Idempotency(owner="merchant", operation=f"{NAME}.{operation}", key=key, fingerprint=fingerprint)
    return None
