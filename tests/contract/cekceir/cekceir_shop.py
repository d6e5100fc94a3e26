"""What the tests of this door speak through: a shop, and callers with a key and money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import msgspec
from psycopg.types.json import Jsonb

from engine_kit import read_once
from gerai.domain.money import rupiah
from gerai.doors.dialects.cekceir.demo import SERVICES, TYPES
from gerai.doors.dialects.cekceir.keys import PERMISSIONS, make_key
from gerai.engine.catalogue.services import publish
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import changing, open_merchant
from gerai.ports.fulfilment import FulfilmentProvider
from gerai.worker.fulfil import fulfil

GOOD, BAD = "356281920502180", "356281920509001"
SLOW, SLOW_BAD, LOST, HANGS, UNREACHABLE = (f"35628192050{end}" for end in ("9002", "9003", "9004", "9006", "9007"))
DEADLINE_MS = 300


def check_error(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error envelope, and nothing but it."""
    body = answer.json()
    assert (answer.status_code, body["error"], body["code"]) == (status, True, code)
    assert set(body) - {"source", "errors"} == {"error", "code", "message", "traceId"}
    assert str(UUID(body["traceId"])) == body["traceId"]
    assert ("source" in body) == ("errors" in body)
    return body


@dataclass(frozen=True)
class Caller:
    """A member with a key, speaking HTTP."""

    client: httpx.AsyncClient
    token: str
    member_id: int
    account_id: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params, headers=self.headers)

    async def order(self, *imeis: Any, code: str = "cek_imei", **headers: str) -> httpx.Response:
        return await self.post({"code": code, "data": {"imeis": list(imeis)}}, **headers)

    async def post(self, body: Any, **headers: str) -> httpx.Response:
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post("/api/order", json=body, headers=sent)

    async def wallet(self) -> tuple[int, int]:
        """(balance, reserved) in rupiah."""
        snap = (await self.get("/api/wallet/snap")).json()
        return snap["balance"], snap["reserved"]

    async def orders(self) -> list[dict[str, Any]]:
        return (await self.get("/api/order")).json()["data"]["page"]["items"]


@dataclass(frozen=True)
class Shop:
    """The merchant, its services, and the worker's hand."""

    engine: Engine
    merchant: Any
    client: httpx.AsyncClient
    providers: dict[str, FulfilmentProvider]

    async def caller(
        self,
        money: int = 100_000,
        permissions: tuple[str, ...] = PERMISSIONS,
        limits: dict[str, int] | None = None,
        **key: Any,
    ) -> Caller:
        """A new member with ``money`` rupiah and a key."""
        async with read_once(self.engine):
            member = await self.merchant.member("cekceir", rupiah(money))
            return await self.another_key(member.member_id, member.wallets["production"], permissions, limits, **key)

    async def another_key(
        self,
        member_id: int,
        account_id: int,
        permissions: tuple[str, ...] = PERMISSIONS,
        limits: dict[str, int] | None = None,
        **key: Any,
    ) -> Caller:
        form = make_key("production")
        await create_key(
            self.engine, self.merchant.merchant_id, "production", "cekceir", form.token,
            name="test", prefix=form.prefix, member_id=member_id, permissions=permissions, limits=limits, **key,
        )  # fmt: skip
        return Caller(self.client, form.token, member_id, account_id)

    async def work(self, order_id: int) -> None:
        """What the worker does when the order's job is due."""
        await fulfil(self.engine, self.providers, self.merchant.merchant_id, order_id)

    async def change(self, code: str, **facts: Any) -> None:
        """Publish a service anew with other facts."""
        [service] = [s for s in SERVICES if s.code == code]
        facts = {"deadline_ms": DEADLINE_MS} | facts
        await publish(self.engine, self.merchant.merchant_id, [], [msgspec.structs.replace(service, **facts)])

    async def schema_of_before(self, code: str, schema: dict[str, Any]) -> None:
        """Give the service's type a schema as it stands in a database, whatever is published nowadays."""
        [service] = [s for s in SERVICES if s.code == code]
        async with changing(self.engine, self.merchant.merchant_id) as connection:
            await connection.execute(
                "UPDATE service_types SET input_schema = %s WHERE merchant_id = %s AND type_id = %s",
                (Jsonb(schema), self.merchant.merchant_id, service.type_id),
            )

    async def suspend(self, caller: Caller) -> None:
        """Make the caller's account inactive."""
        async with changing(self.engine, self.merchant.merchant_id) as connection:
            await connection.execute(
                "UPDATE members SET status = 'suspended' WHERE merchant_id = %s AND member_id = %s",
                (self.merchant.merchant_id, caller.member_id),
            )

    async def other_merchant(self) -> Shop:
        """Another merchant, with the same services."""
        code = f"{self.merchant.code}-other"
        merchant_id = await open_merchant(self.engine, code, code, simulated=True)
        await publish(self.engine, merchant_id, TYPES, SERVICES)
        return replace(self, merchant=type(self.merchant)(self.engine, merchant_id, code))
