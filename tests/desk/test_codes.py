"""Licence codes: each unit that is paid for gets one, once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from digital_kit import Licences, licences

from desk_kit import OWNER, VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.engine.check import check
from gerai.engine.desk.acts.load_codes import CodeLoad
from gerai.engine.desk.acts.mark_codes import CodeMark
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.digital.hand_out import hand_out_waiting


@pytest.fixture
async def shop(within: Within, client: httpx.AsyncClient) -> Licences:
    """A shop that sells licences."""
    return await licences(within, client)


async def test_a_paid_order_gets_its_codes_and_is_complete(shop: Licences) -> None:
    """Each unit gets one, the oldest first; an order that waits to be paid has none, and one that has its own gets no
    others, however often it is looked at."""
    await shop.load("AAAA-1", "AAAA-2", "AAAA-3")
    order_id = await shop.order(2)
    assert await shop.hand_out(order_id) == "not_due"
    await shop.change(order_id, payment="paid")
    assert (await shop.status(order_id), await shop.codes(order_id)) == ("confirmed", [])
    assert await shop.hand_out(order_id) == "delivered"
    assert (await shop.status(order_id), await shop.codes(order_id)) == ("completed", ["AAAA-1", "AAAA-2"])
    assert await shop.hand_out(order_id) == "before"
    assert (await shop.codes(order_id), await shop.counts()) == (["AAAA-1", "AAAA-2"], (1, 2, 0))
    assert await check(shop.within.engine, shop.within.merchant_id) == []
