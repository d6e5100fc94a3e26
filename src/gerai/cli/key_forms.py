"""How each door's keys look, and what a key made at the terminal may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gerai.domain.records import Environment
from gerai.doors.dialects.cekceir.keys import PERMISSIONS, compose_key
from gerai.kit.ids import base62


@dataclass(frozen=True)
class KeyForm:
    """A fresh key. ``prefix`` stays readable in lists; ``needs_member``: this door's keys belong to somebody."""

    token: str
    prefix: str
    permissions: tuple[str, ...] = ()
    needs_member: bool = False


def _leuwongrr(environment: Environment) -> KeyForm:
    prefix = "lrrs_v1_" if environment == "sandbox" else "lrrp_v1_"
    return KeyForm(prefix + base62(40), prefix, needs_member=True)


def _cekceir(_: Environment) -> KeyForm:
    token, prefix = compose_key()
    return KeyForm(token, prefix, PERMISSIONS, needs_member=True)


def _durianpay(environment: Environment) -> KeyForm:
    prefix = "dp_test_" if environment == "sandbox" else "dp_live_"
    token = prefix + base62(24)
    return KeyForm(token, token[:12])


def _scalev(_: Environment) -> KeyForm:
    token = "sk_" + base62(40)
    return KeyForm(token, token[:9])


DOORS: Final[dict[str, Callable[[Environment], KeyForm]]] = {
    "leuwongrr": _leuwongrr,
    "cekceir": _cekceir,
    "durianpay": _durianpay,
    "scalev": _scalev,
}


def compose(door: str, environment: Environment) -> KeyForm:
    """A fresh key of this door. KeyError when there is no such door."""
    return DOORS[door](environment)
