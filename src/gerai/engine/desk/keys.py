"""What views and acts of keys share: who makes a key gives it no more than they may themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from gerai.domain.permissions import PERMISSIONS
from gerai.domain.refusals import InputInvalid, PermissionMissing
from gerai.engine.acting import acting_now
from gerai.engine.desk.house import House, KeyMaker, Within
from gerai.engine.keys.manage import KeyRow, list_keys

#: The door whose keys work at the desk, with the permissions of people.
DESK_DOOR: Final = "admin"


def maker_of(house: House, door: str) -> KeyMaker:
    """How the door's keys are made. Refuses InputInvalid: there is no such door."""
    maker = house.doors.get(door)
    if maker is None:
        raise InputInvalid({"door": [f"{door} is no counter; one of {', '.join(sorted(house.doors))}"]})
    return maker


def require_own(scopes: Iterable[str]) -> None:
    """Refuses PermissionMissing: whoever acts may not do one of these."""
    act = acting_now()
    may: frozenset[str] = frozenset() if act is None else act.permissions
    for scope in scopes:
        if scope not in may:
            raise PermissionMissing(scope)


def own_scopes(door: str, scopes: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes of a new key, in their order. Refuses InputInvalid (a key of the desk needs some, others take none),
    and PermissionMissing."""
    if door != DESK_DOOR:
        if scopes:
            raise InputInvalid({"scopes": [f"keys of {door} take none"]})
        return ()
    if not scopes:
        raise InputInvalid({"scopes": ["is required"]})
    require_own(scopes)
    return tuple(scope for scope in PERMISSIONS if scope in scopes)


def state_of(key: KeyRow, now: datetime) -> str:
    """``live``, ``expired`` or ``revoked``."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "live"


async def keys_here(within: Within) -> list[KeyRow]:
    """The merchant's keys in the desk's environment, revoked ones too."""
    return [key for key in await list_keys(within.engine, within.merchant_id) if key.environment == within.environment]
