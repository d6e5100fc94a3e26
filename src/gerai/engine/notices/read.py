"""Read a notice that was kept: keep the money in it, or settle what a courier paid out, and note what could not be read
or waits."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from gerai.domain.records import Notice, NoticeSource
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.arrivals.take import PRODUCTION, BankLine, take
from gerai.engine.core import Engine
from gerai.engine.notices.couriers import SeenParcel, book, look, what_waits
from gerai.engine.notices.keep import EndNotice
from gerai.ports.notices import CourierPayout, NoticeFault, NoticeForm, Told
from gerai.store import notices as sql

log = structlog.get_logger("gerai.notices")
#: The longest key and description that are kept.
_LONGEST: Final = 500
_BETWEEN_GROUPS: Final = re.compile(r"[\s.\-]")


async def read_notice(
    engine: Engine,
    forms: Mapping[str, NoticeForm],
    merchant_id: int,
    notice_id: int,
    of_gateways: Callable[[NoticeSource, Notice], Awaitable[tuple[int, str]]] | None = None,
) -> Notice | None:
    """Keep each money of a notice as an arrival, or settle the orders of a courier's payout, and end the notice:
    ``read``, or ``waiting`` with what was wrong.

    Safe to run any number of times, and twice at once. None: there is no such notice, or it needs no reading any more.
    Otherwise as :func:`taken`.
    """
    ended = await taken(engine, forms, merchant_id, notice_id, of_gateways)
    if ended is None:
        return None
    try:
        return (await engine.submit(ended)).answer
    except StateConflict:
        # Read by somebody else meanwhile.
        return None


async def taken(
    engine: Engine,
    forms: Mapping[str, NoticeForm],
    merchant_id: int,
    notice_id: int,
    of_gateways: Callable[[NoticeSource, Notice], Awaitable[tuple[int, str]]] | None = None,
) -> EndNotice | None:
    """Keep or settle what is in a notice, and return the command that ends it. None: there is no such notice, or it
    needs no reading any more.

    What an earlier reading kept or settled is not kept or settled again. ``of_gateways`` reads what is in no form of
    ``forms``, as :func:`_take` does. Refuses Busy.
    """
    async with engine.connection() as connection:
        notice = await sql.notice(connection, merchant_id, notice_id)
        source = None if notice is None else await sql.source(connection, merchant_id, notice.source_id)
    if notice is None or source is None or notice.status not in {"received", "waiting"}:
        return None
    if source.form not in forms and of_gateways is not None:
        kept, fault = await of_gateways(source, notice)
    else:
        kept, fault = await _take(engine, forms.get(source.form), source, notice)
    log.log(30 if fault else 20, "notice.read", merchant_id=merchant_id, notice_id=notice_id, form=source.form,
            kept=kept, fault=fault)  # fmt: skip
    return EndNotice(merchant_id=merchant_id, environment=PRODUCTION, notice_id=notice_id, kept=kept, fault=fault)


async def unread(engine: Engine, merchant_id: int, limit: int = 200) -> list[Notice]:
    """What is not read yet, and what waits for a person, longest first."""
    async with engine.connection() as connection:
        return await sql.unread(connection, merchant_id, limit)


async def notice_of(engine: Engine, merchant_id: int, notice_id: int) -> Notice:
    """The notice with this id. NotFound."""
    async with engine.connection() as connection:
        found = await sql.notice(connection, merchant_id, notice_id)
    if found is None:
        raise NotFound("notice", str(notice_id))
    return found


async def parcels_of(engine: Engine, forms: Mapping[str, NoticeForm], notice: Notice) -> list[SeenParcel]:
    """The parcels of a notice as they stand now; none where it is no courier's, or cannot be read."""
    async with engine.connection() as connection:
        source = await sql.source(connection, notice.merchant_id, notice.source_id)
    form = None if source is None else forms.get(source.form)
    try:
        told = None if form is None else form.read(notice.body)
    except NoticeFault:
        return []
    return await look(engine, notice.merchant_id, told) if isinstance(told, CourierPayout) else []


async def _take(engine: Engine, form: NoticeForm | None, source: NoticeSource, notice: Notice) -> tuple[int, str]:
    """How much of it is kept, and the first thing that was wrong."""
    if form is None:
        return 0, f"the form {source.form} is not known here"
    try:
        told = form.read(notice.body)
    except NoticeFault as fault:
        return 0, str(fault)
    if isinstance(told, CourierPayout):
        seen = await book(engine, notice.merchant_id, told, f"notice {notice.notice_id}")
        return sum(one.booked for one in seen), what_waits(seen)
    kept, faults = 0, list[str]()
    for one in told:
        account, key = await _account(engine, source, one), _plain(one.key)
        if account is None or not key:
            number = f"no account of yours has the number that ends in {_digits(one.account)[-4:]}"
            faults.append("it does not say what this money alone has" if not key else number)
            continue
        # Other senders, and the bank's list, may number alike.
        key = f"{source.form}:{key}"
        told_at = one.at or notice.created_at
        line = BankLine(key, one.amount_sen, told_at, _plain(one.description), timed=one.at is not None)
        await take(engine, notice.merchant_id, account, line, source.form)
        kept += 1
    return kept, next(iter(faults), "")


async def _account(engine: Engine, source: NoticeSource, told: Told) -> int | None:
    if not told.account:
        return source.receiving_id
    async with engine.connection() as connection:
        return await sql.account_numbered(connection, source.merchant_id, _digits(told.account))


def _digits(number: str) -> str:
    return _plain(_BETWEEN_GROUPS.sub("", number))


def _plain(text: str) -> str:
    """As the database keeps it: in one line, without NUL, of a bounded length."""
    return " ".join(text.replace("\0", "").split())[:_LONGEST]
