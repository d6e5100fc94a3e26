"""Close a merchant, and open it again: a closed one takes no orders, top-ups or new keys; what is open is finished."""

from __future__ import annotations

from gerai.domain.refusals import StateConflict
from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing, note
from gerai.kit.clock import real_now
from gerai.store import directory as sql
from gerai.store import merchants, statement
from gerai.store.connection import Connection


async def close_merchant(engine: Engine, merchant_id: int, *, money_stays: bool) -> int:
    """Take no orders from now on, here at once and in every other process within a second; returns what the shop owes
    to others in production, in sen.

    Refuses StateConflict: it is closed, or it owes something (members' wallets, refunds to be sent, money that came
    late) and nobody said that this ``money_stays``.
    """
    async with changing(engine, merchant_id) as connection:
        code = await _code_if(connection, merchant_id, closed=False)
        owed_sen = sum(one.amount_sen for one in await statement.owed(connection, merchant_id, "production"))
        if owed_sen and not money_stays:
            raise StateConflict("merchant", code, "holding_money", "close")
        await merchants.close(connection, merchant_id, real_now())
        note(merchant_id, owed_sen=owed_sen)
    return owed_sen


async def reopen_merchant(engine: Engine, merchant_id: int) -> None:
    """Take orders again. Refuses StateConflict: it is open."""
    async with changing(engine, merchant_id) as connection:
        await _code_if(connection, merchant_id, closed=True)
        await merchants.close(connection, merchant_id, None)
        note(merchant_id)


async def _code_if(connection: Connection, merchant_id: int, *, closed: bool) -> str:
    """Its code, as it is in this transaction. Refuses StateConflict: it is not as it has to be."""
    [merchant] = await sql.merchants(connection, [merchant_id])
    if (merchant.closed_at is not None) is not closed:
        raise StateConflict("merchant", merchant.code, *(("open", "reopen") if closed else ("closed", "close")))
    return merchant.code
