"""Make a key of a door."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.permissions import Permission
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Id, Name, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import maker_of, own_scopes
from gerai.engine.desk.members import Door
from gerai.engine.desk.registry import Act, Done
from gerai.engine.keys.manage import create_key
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now

Days = Annotated[int, Meta(ge=1, le=3650)]


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``member_id``: whose it is, at doors whose keys belong to a member; ``scopes``: what a key of the desk may do,
    at most what its maker may; ``expires_in_days`` None: it works until it is revoked."""

    door: Annotated[Door, words("Konter", "Counter", "konter"), refers("doors")]
    name: Annotated[Name, words("Untuk apa", "What for", "Bot Discord")]
    member_id: Annotated[Id | None, words("Anggota", "Member"), refers("members")] = None
    scopes: Annotated[tuple[Permission, ...], words("Wewenang", "Scopes")] = ()
    expires_in_days: Annotated[Days | None, words("Berlaku berapa hari", "Good for days")] = None


async def run(within: Within, given: NewKey) -> Done:
    """The secret is shown this once; done before, there is none to show. Refuses PermissionMissing (a scope that its
    maker has not), and InputInvalid: no such door, one without keys in this environment, a member that is missing, is
    nobody's or of another door, scopes where there are none."""
    maker = maker_of(within.house, given.door)
    scopes = own_scopes(given.door, given.scopes)
    if within.environment not in maker.environments:
        raise InputInvalid({"door": [f"{given.door} has no keys for {within.environment}"]})
    if maker.needs_member != (given.member_id is not None):
        needs = "is required" if maker.needs_member else f"keys of {given.door} belong to no member"
        raise InputInvalid({"member_id": [needs]})
    form = maker.make(within.environment)
    expires_at = None if given.expires_in_days is None else real_now() + timedelta(days=given.expires_in_days)
    try:
        key_id = await create_key(
            within.engine, within.merchant_id, within.environment, given.door, form.token,
            name=given.name, prefix=form.prefix, member_id=given.member_id, permissions=scopes or form.permissions,
            limits={}, expires_at=expires_at,
        )  # fmt: skip
    except InputInvalid as refusal:
        raise InputInvalid({f"{name}_id": texts for name, texts in refusal.fields.items()}) from refusal
    return Done(str(key_id), form.token)


ACT = Act("keys.create", "keys:manage", Bilingual("Buat kunci", "Make a key"), NewKey, run, grave=True)
