"""The notices of the stand-in for Midtrans: signed as Midtrans signs, sent again as often as it does."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
import msgspec

from gerai.testing.gateways.midtrans_book import Body, FakePayment

_TIMEOUT_S: Final = 15
#: How often a notice is sent again, by the status it met; any other, or none: five times.
_REPEATS: Final = {500: 1, 503: 4, 400: 2, 404: 2, 301: 0, 302: 0, 303: 0}
_OFTEN: Final = 5
_HEADERS: Final = {"user-agent": "Veritrans", "accept": "application/json", "content-type": "application/json"}


class MidtransNotices:
    """Sends them in the order they were reported, those of one report one after another. ``switches`` are the
    stand-in's."""

    def __init__(self, server_key: str, switches: Mapping[str, Any], pauses_s: Sequence[float]) -> None:
        self._server_key, self._switches, self._pauses_s = server_key, switches, pauses_s
        self._held: list[tuple[FakePayment, Body]] = []
        self._sending: set[asyncio.Task[None]] = set()

    async def delivered(self) -> None:
        """Wait until no notice is under way."""
        while self._sending:
            await asyncio.gather(*self._sending)

    def report(self, payment: FakePayment) -> None:
        """Send how it stands to whoever wanted to know."""
        if not payment.notice_url:
            return
        body = payment.reported()
        if self._switches.get("out_of_order") and payment.status == "pending":
            self._held.append((payment, body))
            return
        held = [one for of, one in self._held if of is payment]
        self._held = [one for one in self._held if one[0] is not payment]
        bodies = [body, body] if self._switches.get("duplicate") else [body]
        signed = [self._signed(one) for one in (*bodies, *held)]
        task = asyncio.create_task(self._send(payment.notice_url, signed))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _signed(self, body: Body) -> bytes:
        key = "another key" if self._switches.get("wrong_signature") else self._server_key
        covered = f"{body['order_id']}{body['status_code']}{body['gross_amount']}{key}"
        return msgspec.json.encode(body | {"signature_key": hashlib.sha512(covered.encode()).hexdigest()})

    async def _send(self, url: str, bodies: list[bytes]) -> None:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as http:
            for body in bodies:
                await self._send_one(http, url, body)

    async def _send_one(self, http: httpx.AsyncClient, url: str, body: bytes) -> None:
        for turn in range(len(self._pauses_s) + 1):
            try:
                met = (await http.post(url, headers=_HEADERS, content=body)).status_code
            except httpx.HTTPError:
                met = 0
            repeats = 0 if 200 <= met < 300 else min(_REPEATS.get(met, _OFTEN), len(self._pauses_s))
            if turn >= repeats:
                return
            await asyncio.sleep(self._pauses_s[turn])
