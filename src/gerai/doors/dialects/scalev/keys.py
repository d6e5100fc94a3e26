"""This contract's keys: secret keys ``sk_…``, and storefront keys ``sfpk_…`` that only read the catalogue."""

from __future__ import annotations

from typing import Final

from gerai.domain.records import Environment
from gerai.doors.http.describe import KeyForm, KeyScheme
from gerai.kit.ids import base62

#: What a storefront key may do.
STOREFRONT_PERMISSIONS: Final = ("storefront",)


def make_key(_: Environment) -> KeyForm:
    """A fresh secret key, which may do everything; the secret has 238 bits."""
    return _key("sk_")


def make_storefront_key() -> KeyForm:
    """A fresh key for a shop's own web pages."""
    return _key("sfpk_", STOREFRONT_PERMISSIONS)


def _key(prefix: str, permissions: tuple[str, ...] = ()) -> KeyForm:
    token = prefix + base62(40)
    return KeyForm(token, token[:9], permissions)


KEYS: Final = KeyScheme(make_key)
