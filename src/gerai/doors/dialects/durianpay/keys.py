"""This contract's keys: ``dp_test_…`` and ``dp_live_…``, sent as the user of HTTP Basic with a blank password (§2)."""

from __future__ import annotations

import base64
from typing import Final

from gerai.domain.records import Environment
from gerai.doors.http.describe import KeyForm, KeyScheme
from gerai.kit.ids import base62

_PREFIXES: Final[dict[Environment, str]] = {"sandbox": "dp_test_", "production": "dp_live_"}


def make_key(environment: Environment) -> KeyForm:
    """A fresh key; the secret has 142 bits, the first four letters of it stay readable."""
    token = _PREFIXES[environment] + base62(24)
    return KeyForm(token, token[:12])


def credentials(key: str) -> str:
    """What follows ``Basic`` in the header: the key as user, the password blank."""
    return base64.b64encode(f"{key}:".encode()).decode()


KEYS: Final = KeyScheme(make_key)
