"""A merchant with the demo's services, their deadlines shortened."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest_asyncio
from cekceir_shop import DEADLINE_MS, Shop

from gerai.doors.dialects.cekceir.demo import SERVICES, TYPES
from gerai.engine.catalogue.services import publish
from gerai.engine.core import Engine
from gerai.partners.fulfilment.manual import ManualProvider
from gerai.partners.fulfilment.simulator import SimulatorProvider


@pytest_asyncio.fixture
async def shop(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> Shop:
    """A merchant of this test's own with the demo's services; slow work takes an hour."""
    settings = {"slow_s": 3600}
    short = [
        msgspec.structs.replace(s, deadline_ms=DEADLINE_MS, provider_settings=s.provider_settings | settings)
        for s in SERVICES
    ]
    await publish(engine, merchant.merchant_id, TYPES, short)
    # The worker is another process: its simulator remembers nothing of what this one was asked.
    return Shop(engine, merchant, client, {"simulator": SimulatorProvider(), "manual": ManualProvider()})
