"""Give a key a new secret."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import DESK_DOOR, maker_of, require_own
from gerai.engine.desk.registry import Act, Done
from gerai.engine.keys.manage import KeyRow, rotate_key
from gerai.kit.bilingual import Bilingual

Minutes = Annotated[int, Meta(ge=0, le=10_080)]


class Rotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``overlap_minutes``: so long the old secret works beside the new one."""

    id: Annotated[Id, words("Nomor", "Id")]
    overlap_minutes: Annotated[
        Minutes,
        words(
            "Yang lama berlaku (menit; kosong: berhenti sekarang)", "The old works on (minutes; empty: it ends now)", 60
        ),
    ] = 0


async def run(within: Within, given: Rotation) -> Done:
    """Another key with the same name, member, scopes, limits and end; its secret is shown this once. Refuses NotFound
    (no such live key in this environment), PermissionMissing (it may do what whoever acts may not), and InputInvalid: a
    key of another form than its door makes."""

    def compose(old: KeyRow) -> tuple[str, str]:
        form = maker_of(within.house, old.dialect).make(within.environment)
        if old.dialect == DESK_DOOR:
            require_own(old.permissions)
        elif tuple(old.permissions) != form.permissions:
            raise InputInvalid({"id": [f"keys such as {old.prefix}… are made elsewhere: make a new one there"]})
        return form.token, form.prefix

    overlap = timedelta(minutes=given.overlap_minutes)
    key_id, secret = await rotate_key(within.engine, within.merchant_id, within.environment, given.id, compose, overlap)
    return Done(str(key_id), secret)


ACT = Act("keys.rotate", "keys:manage", Bilingual("Ganti kunci", "Rotate a key"), Rotation, run, grave=True)
