"""Sends webhook messages to their endpoints, as many at once as is fair to each of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import structlog

from gerai.engine.core import Engine
from gerai.engine.outage import DatabaseError
from gerai.engine.webhooks.contract import SignedRequest, WebhookContract
from gerai.engine.webhooks.deliver import SECRET_CLOSED, AttemptResult, Claimed, claim, due, record_attempt
from gerai.engine.webhooks.signing import secrets_of, sign
from gerai.kit.address import AddressForbidden
from gerai.kit.clock import real_now
from gerai.kit.http import NoAnswer, Outgoing
from gerai.kit.secret_box import SecretBox, SecretBoxError
from gerai.worker.places import IN_ALL, MOST_TO_ONE, HeldPlace, Places

log = structlog.get_logger("gerai.webhooks")
#: An attempt that takes longer than this part of its time limit is slow: 2 s of 15.
_SLOW_PART: Final = 2 / 15
_LOOK_EVERY_S: Final = 1.0
#: How much longer than one attempt a lease lasts.
_LEASE_MARGIN_S: Final = 30.0


class WebhookSender:
    """``outgoing`` judges every address it calls; ``timeout_s`` is for one attempt."""

    def __init__(
        self,
        engine: Engine,
        contracts: Mapping[str, WebhookContract],
        outgoing: Outgoing,
        sealer: SecretBox,
        timeout_s: float,
    ) -> None:
        self._engine = engine
        self._contracts = contracts
        self._outgoing = outgoing
        self._sealer = sealer
        self._timeout_s = timeout_s
        self._wake = asyncio.Event()
        self._places = Places(timeout_s * _SLOW_PART)
        self._under_way: dict[asyncio.Task[bool], HeldPlace] = {}

    def places(self) -> tuple[int, int, int]:
        """Messages under way that are quick so far and that stand aside, and endpoints that are slow."""
        return self._places.counts(asyncio.get_running_loop().time())

    def wake(self) -> None:
        """Look now: something may be due."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event, beat: Callable[[], None] = lambda: None) -> None:
        """Send until ``stopping`` is set; what is under way is finished. ``beat`` is called for each look."""
        while not stopping.is_set():
            beat()
            # Before the look: what is announced during it rings again.
            self._wake.clear()
            try:
                await self._start_some()
            except DatabaseError as error:
                log.warning("webhooks.database", error=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _LOOK_EVERY_S)
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def run_once(self) -> int:
        """Send everything that is due now; returns how many attempts were made."""
        made = 0
        while started := await self._start_some():
            made += started
            await asyncio.gather(*self._under_way)
        return made

    async def _start_some(self) -> int:
        now_s, started = asyncio.get_running_loop().time(), 0
        if not self._places.any_free(now_s):
            return 0
        for candidate in await due(self._engine, MOST_TO_ONE, IN_ALL, self._places.full(now_s)):
            place = self._places.take(candidate.merchant_id, candidate.endpoint_id, now_s)
            if place is None:
                continue
            try:
                claimed = await claim(self._engine, candidate, self._timeout_s + _LEASE_MARGIN_S)
            except BaseException:
                self._places.give_back(place)
                raise
            if claimed is None:
                self._places.give_back(place)
                continue
            started += 1
            task = asyncio.create_task(self._deliver(claimed), name="gerai-delivery")
            self._under_way[task] = place
            task.add_done_callback(self._finished)
        return started

    def _finished(self, task: asyncio.Task[bool]) -> None:
        failed = task.cancelled() or task.exception() is not None
        place = self._under_way.pop(task)
        self._places.leave(place, asyncio.get_running_loop().time(), answered=not failed and task.result())
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # The lease runs out, and the message is tried again.
            log.error("webhooks.broken", error=repr(error))

    async def _deliver(self, claimed: Claimed) -> bool:
        """One attempt; whether it was answered."""
        delivery, endpoint = claimed
        contract = self._contracts.get(endpoint.channel)
        if contract is None:
            log.error("webhooks.no_such_dialect", channel=endpoint.channel, delivery_id=delivery.delivery_id)
            return False
        result = await self._attempt(contract, claimed)
        done = await record_attempt(self._engine, contract, claimed, result)
        log.info("webhook.attempt", merchant_id=delivery.merchant_id, delivery_id=delivery.delivery_id,
                 endpoint_id=endpoint.endpoint_id, name=delivery.event, number=done.attempts,
                 status_code=result.status_code, error=result.error, status=done.status)  # fmt: skip
        return result.status_code is not None

    async def _attempt(self, contract: WebhookContract, claimed: Claimed) -> AttemptResult:
        endpoint = claimed.endpoint
        began = asyncio.get_running_loop().time()
        at = real_now()

        def result(status_code: int | None = None, error: str = "", answer: bytes = b"") -> AttemptResult:
            took_ms = int((asyncio.get_running_loop().time() - began) * 1000)
            return AttemptResult(at, took_ms, status_code, error, answer)

        try:
            signed = self._sign(contract, claimed, at)
            answer = await self._outgoing.send(
                "POST", endpoint.url, headers=signed.headers, content=signed.body, timeout_s=self._timeout_s
            )
        except SecretBoxError as error:
            log.error("webhooks.sealed", endpoint_id=endpoint.endpoint_id, error=str(error))
            return result(error=SECRET_CLOSED)
        except AddressForbidden as error:
            return result(error=str(error))
        except NoAnswer as error:
            return result(error=f"no answer: {error}")
        return result(answer.status, "", answer.body)

    def _sign(self, contract: WebhookContract, claimed: Claimed, at: datetime) -> SignedRequest:
        delivery, endpoint = claimed
        return sign(contract, delivery, secrets_of(endpoint, self._sealer), at)
