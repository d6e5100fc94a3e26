"""Who may use a door: keys, without their secrets, which are not stored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import keys_here, state_of
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now


class KeyFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few of them: all of the desk's environment are shown, revoked ones too."""


class KeyShown(msgspec.Struct, frozen=True):
    """A key. ``begins``: what of its secret is kept to tell it from others; ``scopes``: what it may do."""

    id: Annotated[Id, words("Nomor", "Id")]
    door: Annotated[str, words("Konter", "Counter")]
    name: Annotated[str, words("Nama", "Name")]
    begins: Annotated[str, words("Awalan", "Begins")]
    environment: Annotated[str, words("Lingkungan", "Environment")]
    state: Annotated[str, words("Keadaan", "State")]
    member_id: Annotated[int | None, words("Nomor anggota", "Member")]
    scopes: Annotated[tuple[str, ...], words("Wewenang", "Scopes")]
    created_at: Annotated[datetime, words("Dibuat", "Made")]
    expires_at: Annotated[datetime | None, words("Berlaku sampai", "Good until")]
    revoked_at: Annotated[datetime | None, words("Dicabut", "Revoked")]


async def run(within: Within, wanted: KeyFilter) -> ViewPage:
    """By id."""
    now = real_now()
    shown = [
        KeyShown(
            key.key_id, key.dialect, key.name, key.prefix, key.environment, state_of(key, now), key.member_id,
            tuple(key.permissions), key.created_at, key.expires_at, key.revoked_at,
        )
        for key in await keys_here(within)
    ]  # fmt: skip
    return ViewPage(shown)


VIEW = View("keys.list", "keys:manage", Bilingual("Kunci API", "API keys"), KeyFilter, KeyShown, run)
