"""Take the lines of a bank's list: find whose money each is, and keep it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
import structlog

from gerai.domain.records import Arrival, Environment, Payment
from gerai.domain.refusals import Busy, Refusal
from gerai.engine.arrivals.record import Money, RecordArrival
from gerai.engine.arrivals.target import OfDeposit, OfPayment, Target
from gerai.engine.core import Engine
from gerai.store import arrivals as sql
from gerai.store.arrivals import AskedOnce, Candidate

log = structlog.get_logger("gerai.arrivals")
#: Only real money comes into real accounts.
PRODUCTION: Final[Environment] = "production"
_SHOWN: Final = 10
_CLUES: Final = 3
_A_DAY: Final = timedelta(days=1)
#: How far a bank's clock may be behind ours.
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
#: How much earlier, and later, somebody else may have told of the same money, or a person confirmed it.
_TOLD_EARLIER: Final = timedelta(hours=1)
_TOLD_LATER: Final = timedelta(days=3)


class BankLine(NamedTuple):
    """Money that came in, as a bank tells it. ``key``: what this line alone has, the same whenever it is read.
    ``day_only``: the bank says the day alone, and ``at`` is its beginning; ``timed``: it says when, else ``at`` is when
    its report came."""

    key: str
    amount_sen: int
    at: datetime
    description: str
    day_only: bool = False
    timed: bool = True

    @property
    def money(self) -> Money:
        """What is the same in every report of it."""
        return Money(self.key, self.amount_sen, self.at if self.timed else None)


async def candidates(engine: Engine, merchant_id: int, receiving_id: int, amount_sen: int) -> list[Candidate]:
    """What a person may say it is: payments, one of each order, and deposits, ten at most."""
    async with engine.connection() as connection:
        return await sql.candidates(connection, merchant_id, receiving_id, amount_sen, _SHOWN)


async def asked_once(engine: Engine, merchant_id: int, receiving_id: int, amount_sen: int) -> list[AskedOnce]:
    """Who was asked for this amount there, a few: where nothing fits any more, a clue."""
    async with engine.connection() as connection:
        return await sql.asked_once(connection, merchant_id, receiving_id, amount_sen, _CLUES)


async def fitting(engine: Engine, merchant_id: int, receiving_id: int, line: BankLine, source: str) -> list[Candidate]:
    """What can be this line: of these, what there was before the money came. Nothing where the same amount came about
    then by another source than this one, or by a person's word: it may be the same money."""
    by = line.at + (_A_DAY if line.day_only else _CLOCKS_DIFFER)
    of = (merchant_id, receiving_id, line.amount_sen)
    async with engine.connection() as connection:
        found = await sql.candidates(connection, *of, _SHOWN, by)
        # Asked after: what the other source booked meanwhile is no candidate any more, and is seen now.
        since, until = line.at - _TOLD_EARLIER, by + _TOLD_LATER
        return [] if found and await sql.came_otherwise(connection, *of, source, since, until) else found


def asking(came: Arrival, payments: Sequence[Payment]) -> Payment | None:
    """The payment of an order into this account that asks for exactly what came, the newest first."""
    fit = [p for p in payments if (p.receiving_id, p.asked_sen) == (came.receiving_id, came.amount_sen)]
    return fit[-1] if fit else None


def target_of(candidate: Candidate) -> Target | None:
    """What a candidate is to the engine."""
    if candidate.deposit_id is not None:
        return OfDeposit(candidate.deposit_id)
    if candidate.order_id is None or candidate.payment_id is None:
        return None
    return OfPayment(candidate.order_id, candidate.payment_id)


async def waiting(engine: Engine, merchant_id: int, limit: int = 200) -> list[Arrival]:
    """Money that waits for a person, longest first."""
    async with engine.connection() as connection:
        return await sql.waiting(connection, merchant_id, limit)


async def one_that_waits(engine: Engine, merchant_id: int, arrival_id: int) -> Arrival | None:
    """The arrival with this id, if it still waits."""
    async with engine.connection() as connection:
        return next(iter(await sql.waiting(connection, merchant_id, 1, arrival_id)), None)


async def not_kept(engine: Engine, merchant_id: int, receiving_id: int, lines: Sequence[BankLine]) -> list[BankLine]:
    """Those of the lines that were never taken."""
    async with engine.connection() as connection:
        keys = [key for line in lines for key in line.money.keys]
        known = {one.arrival_key: one for one in await sql.kept_under(connection, merchant_id, receiving_id, keys)}
    kept = [(line, [known[key] for key in line.money.keys if key in known]) for line in lines]
    return [line for line, of_keys in kept if not any(map(line.money.is_kept_as, of_keys))]


async def take(engine: Engine, merchant_id: int, receiving_id: int, line: BankLine, source: str) -> Arrival:
    """Keep one line: booked when it can be one payment or deposit only, else waiting. Taken twice it is kept once;
    other money under a key that is known is kept beside it, and waits.

    Refuses: NotFound (no such account), Busy.
    """
    found = await fitting(engine, merchant_id, receiving_id, line, source)
    command = RecordArrival(
        merchant_id=merchant_id,
        environment=PRODUCTION,
        arrival_id=engine.ids.next(),
        receiving_id=receiving_id,
        arrival_key=line.key,
        amount_sen=line.amount_sen,
        arrived_at=line.at,
        description=line.description,
        source=source,
        timed=line.timed,
    )
    if len(found) == 1:
        [only] = found
        sure = msgspec.structs.replace(command, target=target_of(only))
        try:
            return (await engine.submit(sure)).answer
        except Busy:
            raise
        except Refusal as refusal:
            # It moved meanwhile, or cannot take it: the money is there all the same.
            log.warning("arrival.not_booked", merchant_id=merchant_id, arrival_key=line.key, code=refusal.code)
    return (await engine.submit(command)).answer
