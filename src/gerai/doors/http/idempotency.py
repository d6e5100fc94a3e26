"""The one flow of every create: a key of the client names one order, however often the request comes.

In this order, in all doors: authenticate, count, read the body, read the key, compose the command, submit it with the
key. The engine decides in the order's own transaction whether the key is new::

    wanted = read_order(...)
    attempt = IDEMPOTENCY.attempt(ctx, "create_order", owner, wanted)
    outcome = await submit_once(ctx, attempt, lambda: compose(ctx, wanted), PlaceOrder)
    return reply(wire.order_body(outcome.answer.view), headers=replay_headers(outcome))

What refuses now (a partner is down, a product is gone) does not undo what the key did before: then the earlier answer
wins. The engine's answer to a replay is the thing as it is now; it is marked ``Idempotency-Replayed: true``. What came
to nothing before anybody could use it (``void``) uses no key up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from gerai.domain.refusals import IdempotencyKeyReused, InputInvalid, Refusal
from gerai.doors.http.context import RequestContext
from gerai.engine.command import Command, Idempotency, Outcome

Answer = TypeVar("Answer")
REPLAYED: Final = {"Idempotency-Replayed": "true"}
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def request_digest(request: msgspec.Struct) -> bytes:
    """Equal for two requests that were decoded to the same, however they were spelt."""
    return hashlib.sha256(_encode(request)).digest()


@dataclass(frozen=True, kw_only=True)
class IdempotencyKeys:
    """How a door takes idempotency keys: ``dialect`` begins the names of its operations (``durianpay.create_order``).

    ``headers``: where a client may put the key; the first that is sent and not empty counts. No contract requires one,
    so an empty key is none, in every door, as any other empty value is. Its texts are refused under the header's name
    (``shown_as``, else the header). Keys are printable ASCII, and one header has one value.
    """

    dialect: str
    headers: tuple[str, ...] = ("idempotency-key",)
    longest: int = 255
    too_long: str
    unprintable: str
    shown_as: str = ""
    digest: Callable[[msgspec.Struct], bytes] = request_digest

    def attempt(self, ctx: RequestContext, operation: str, owner: str, request: msgspec.Struct) -> Idempotency | None:
        """The request's key with the digest of what was decoded; None when the client sent none.

        ``owner``: whose keys they are (``merchant``, or ``member:22``). InputInvalid (headers).
        """
        key = self.read(ctx)
        return None if key is None else self.named(operation, owner, key, request)

    def named(self, operation: str, owner: str, key: str, request: msgspec.Struct) -> Idempotency:
        """The same for a key that does not come from a header (a reference the contract calls unique)."""
        return Idempotency(owner, f"{self.dialect}.{operation}", key, self.digest(request))

    def read(self, ctx: RequestContext) -> str | None:
        """The key as sent. InputInvalid (headers) when it cannot be one."""
        for header in self.headers:
            key = ctx.headers.get(header)
            if key is None or not key.strip():
                continue
            # Two keys would leave open which of them the order is kept under.
            printable = key.isascii() and key.isprintable() and not ctx.headers.contradicts_itself(header)
            if printable and len(key) <= self.longest:
                return key
            name = self.shown_as or header
            if not printable:
                raise InputInvalid({name: [self.unprintable]}, "headers")
            raise InputInvalid({name: [self.too_long]}, "headers")
        return None


async def submit_once(
    ctx: RequestContext,
    attempt: Idempotency | None,
    compose: Callable[[], Awaitable[Command[Answer]]],
    command_type: type[Command[Answer]],
    void: Callable[[Answer], bool] | None = None,
) -> Outcome[Answer]:
    """Compose the command and submit it; what the key did before wins over any refusal of today.

    ``void``: whether what the key made came to nothing before anybody could use it, as of a refused request: then the
    key is used anew, also for another request.

    ``compose`` may ask partners and refuse. Raises its refusals, the operation's, and IdempotencyKeyReused.
    """
    if attempt is None or void is None:
        return await _submitted(ctx, attempt, compose, command_type)
    reused: IdempotencyKeyReused | None = None
    outcome: Outcome[Answer] | None = None
    try:
        outcome = await _submitted(ctx, attempt, compose, command_type)
    except IdempotencyKeyReused as refusal:
        reused = refusal
    if outcome is not None and not (outcome.replayed and void(outcome.answer)):
        return outcome
    of = (command_type, ctx.caller.merchant.merchant_id, ctx.caller.environment, attempt)
    if not await ctx.services.engine.release_key(*of, void) and reused is not None:
        raise reused
    return await _submitted(ctx, attempt, compose, command_type)


async def _submitted(
    ctx: RequestContext,
    attempt: Idempotency | None,
    compose: Callable[[], Awaitable[Command[Answer]]],
    command_type: type[Command[Answer]],
) -> Outcome[Answer]:
    engine = ctx.services.engine
    try:
        return await engine.submit(await compose(), attempt)
    except Refusal:
        if attempt is None:
            raise
        caller = ctx.caller
        # The partner may be down now, or the product gone, that were there when the order was placed.
        earlier = await engine.find_answer(command_type, caller.merchant.merchant_id, caller.environment, attempt)
        if earlier is None:
            raise
        return Outcome(earlier, replayed=True)


def replay_headers(outcome: Outcome[Any]) -> dict[str, str] | None:
    """``Idempotency-Replayed: true`` where the key was known."""
    return dict(REPLAYED) if outcome.replayed else None
