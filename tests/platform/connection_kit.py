"""What the tests of connections share: a key that opens a door's body, and breakers side by side."""

from __future__ import annotations

import asyncio
import base64
import itertools
from collections.abc import Awaitable
from typing import Final

from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import open_merchant
from gerai.kit.open_files import raise_open_files_limit
from gerai.torture.connections import Held, Honest, ServerAddress, honest_client

#: Where an order is placed with the key below.
PATH: Final = "/v1/orders"
_numbers = itertools.count(1)


async def key_header(engine: Engine) -> str:
    """The header line of a new key whose requests have their bodies read."""
    number = next(_numbers)
    token = f"dp_test_connections{number}"
    merchant_id = await open_merchant(engine, f"connections{number}", "Toko Antre")
    await create_key(engine, merchant_id, "sandbox", "durianpay", token, name="k", prefix="dp")
    return f"Authorization: Basic {base64.b64encode(f'{token}:'.encode()).decode()}\r\n"


async def together(honest: ServerAddress, *breakers: Awaitable[Held]) -> tuple[Honest, list[Held]]:
    """Breakers side by side, and what an honest client met meanwhile."""
    raise_open_files_limit()
    async with honest_client(honest) as met:
        held = await asyncio.gather(*breakers)
    return met, held
