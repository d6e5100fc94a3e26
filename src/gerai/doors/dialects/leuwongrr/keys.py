"""This contract's keys: User API tokens, one prefix per environment (contract §2)."""

from __future__ import annotations

from typing import Final

from gerai.domain.records import Environment
from gerai.doors.http.describe import KeyForm, KeyScheme
from gerai.kit.ids import base62

PREFIXES: Final[dict[str, str]] = {"sandbox": "lrrs_v1_", "production": "lrrp_v1_"}


def make_key(environment: Environment) -> KeyForm:
    """A fresh token; the secret has 238 bits."""
    prefix = PREFIXES[environment]
    token = prefix + base62(40)
    # Four of forty characters tell the keys of a list apart.
    return KeyForm(token, token[: len(prefix) + 4])


KEYS: Final = KeyScheme(make_key, needs_member=True)
