"""How a dialect introduces itself: what people read of it, and what its keys look like.

Front page, ``/docs``, README.md, command line and demo shop read these of whatever dialects are found, so that one more
dialect is one more folder and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gerai.domain.records import Environment
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.kit.bilingual import Bilingual


class DepositCode(Protocol):
    """Makes the code that a dialect's members know a deposit by."""

    def __call__(self, deposit_id: int, now: datetime, *, sandbox: bool) -> str: ...


@dataclass(frozen=True)
class Blurb:
    """What people read of a dialect, as inline Markdown: what is sold there, where its paths are, and what its keys
    look like."""

    sold: Bilingual
    paths: Bilingual
    key: Bilingual


@dataclass(frozen=True)
class KeyForm:
    """A fresh key. ``token`` is the secret, shown once; ``prefix`` is its part that stays readable in lists."""

    token: str
    prefix: str
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyScheme:
    """A dialect's keys. ``make`` returns a fresh one, at random; ``needs_member``: a key belongs to a member.
    ``environments``: what a key can be made for."""

    make: Callable[[Environment], KeyForm]
    needs_member: bool = False
    environments: tuple[Environment, ...] = ENVIRONMENTS
