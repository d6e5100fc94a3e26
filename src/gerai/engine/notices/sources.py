"""Who may tell that money came in: the acts by which a seller makes an address for it, and closes it again."""

from __future__ import annotations

import hmac
from typing import Final, NamedTuple

import structlog

from gerai.domain.records import NoticeSource
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.core import Engine
from gerai.engine.directory import Part
from gerai.engine.directory_entries import token_digest
from gerai.engine.merchants.open import changing
from gerai.kit.clock import real_now
from gerai.kit.ids import token
from gerai.kit.secret_box import SecretBox
from gerai.ports.notices import NoticeForm
from gerai.store import notices as sql

log = structlog.get_logger("gerai.notices")
#: In every merchant's snapshot.
SOURCES: Final[Part[tuple[NoticeSource, ...]]] = Part("notice_sources", sql.open_sources)
_SECRET_AT_LEAST, _SECRET_AT_MOST = 8, 256


class NewSource(NamedTuple):
    """What is shown once: ``token``, the secret part of the address, and the ``secret`` that proves notices, empty for
    a form without."""

    source_id: int
    token: str
    secret: str


async def open_source(
    engine: Engine,
    sealer: SecretBox,
    merchant_id: int,
    form: NoticeForm,
    *,
    receiving_id: int | None,
    secret: str,
    by: str,
) -> NewSource:
    """Make an address. ``secret``: what the sender shows, or a chosen one; empty: one is made here.

    Refuses InputInvalid: a secret is missing, needless, or no 8 to 256 printable characters; an account is missing,
    needless, or none of the merchant's open ones. Raises SecretBoxError when secrets cannot be sealed.
    """
    known = [one.receiving_id for one in engine.directory.merchant(merchant_id).receiving]
    if receiving_id is not None and not form.of_account:
        raise InputInvalid({"account": [f"is needless: {form.title} tells of no account's money"]})
    if receiving_id is None and form.of_account and not form.names_account:
        raise InputInvalid({"account": [f"is missing: {form.title} does not say which account the money came into"]})
    if receiving_id is not None and receiving_id not in known:
        raise InputInvalid({"account": [f"{receiving_id} is none of this merchant's open ones"]})
    if form.proven_by == "none" and secret:
        raise InputInvalid({"secret": [f"{form.title} proves nothing with a secret"]})
    if form.proven_by == "theirs" and not secret:
        raise InputInvalid({"secret": [f"is missing: {form.title} shows it"]})
    if secret and not (
        _SECRET_AT_LEAST <= len(secret) <= _SECRET_AT_MOST and secret.isascii() and secret.isprintable()
    ):
        raise InputInvalid({"secret": [f"must be {_SECRET_AT_LEAST} to {_SECRET_AT_MOST} printable characters"]})
    made = secret or ("" if form.proven_by == "none" else token())
    new = NewSource(engine.ids.next(), token(), made)
    source = NoticeSource(
        merchant_id, new.source_id, form.name, receiving_id, token_digest(new.token),
        sealer.seal(made) if made else b"", real_now(), by,
    )  # fmt: skip
    async with changing(engine, merchant_id) as connection:
        await sql.add_source(connection, source)
    log.info("notice_source.opened", merchant_id=merchant_id, source_id=new.source_id, form=form.name, by=by)
    return new


async def close_source(engine: Engine, merchant_id: int, source_id: int, by: str) -> None:
    """Nothing that is sent there counts any more; what came before is still read. Refuses NotFound."""
    async with changing(engine, merchant_id) as connection:
        if not await sql.close_source(connection, merchant_id, source_id, real_now(), by):
            raise NotFound("notice source", str(source_id))
    log.info("notice_source.closed", merchant_id=merchant_id, source_id=source_id, by=by)


def source_at(engine: Engine, merchant_id: int, given: str) -> NoticeSource:
    """The open source whose address ends in this token. NotFound: there is none, whatever the reason."""
    digest = token_digest(given)
    for source in engine.directory.get(SOURCES, merchant_id):
        if hmac.compare_digest(source.token_hash, digest):
            return source
    raise NotFound("address", "")
