"""What a seller says of a webhook endpoint, checked before it is stored; and whether its address takes messages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gerai.domain.records import Environment
from gerai.domain.refusals import InputInvalid
from gerai.domain.webhooks import Delivery
from gerai.engine.core import Engine
from gerai.engine.directory_entries import KeyFacts
from gerai.engine.webhooks.contract import WebhookContract, encode
from gerai.engine.webhooks.signing import EndpointSecrets, sign
from gerai.kit.address import AddressForbidden, Guard, check_address
from gerai.kit.clock import real_now
from gerai.kit.closest import not_known
from gerai.kit.http import NoAnswer, Outgoing

_SHOWN_OF_ANSWER: Final = 200


@dataclass(frozen=True)
class WebhookDesk:
    """``contracts``: of each counter that announces what happens, by its name. ``allow_loopback``: addresses of this
    machine are called, too; ``timeout_s``: for one message."""

    contracts: Mapping[str, WebhookContract] = field(default_factory=dict[str, WebhookContract])
    allow_loopback: bool = False
    timeout_s: float = 15

    @property
    def guard(self) -> Guard:
        """Judges every address."""
        return Guard(allow_loopback=self.allow_loopback)

    def contract(self, door: str) -> WebhookContract:
        """Refuses InputInvalid: this counter announces nothing."""
        found = self.contracts.get(door)
        if found is None:
            raise InputInvalid({"door": [not_known("counter", door, self.contracts, listed=len(self.contracts))]})
        return found

    async def judge(self, url: str) -> None:
        """Refuses InputInvalid: an address that is never called."""
        try:
            await check_address(self.guard, url)
        except AddressForbidden as error:
            raise InputInvalid({"url": [str(error)]}) from error


def require_events(contract: WebhookContract, door: str, events: tuple[str, ...]) -> None:
    """Refuses InputInvalid: one that the counter does not announce."""
    for event in events:
        if event not in contract.events:
            what = not_known(f"event of {door}", event, contract.events, listed=len(contract.events))
            raise InputInvalid({"events": [what]})


class SigningKey(NamedTuple):
    """What signs where a contract signs with the API key. ``key_id``: only of orders placed with that key."""

    key_id: int | None = None
    secret: str = ""


def signing_key(
    engine: Engine, contract: WebhookContract, door: str, merchant_id: int, environment: Environment, api_key: str
) -> SigningKey:
    """What of the API key is kept; nothing where the endpoint's own secret signs.

    Refuses InputInvalid: no key where one signs, one where none does, or no live one of this counter, merchant and
    environment.
    """
    if contract.key_secret is None:
        if api_key:
            raise InputInvalid({"api_key": [f"is not asked: webhooks of {door} are signed with a secret of their own"]})
        return SigningKey()
    if not api_key:
        raise InputInvalid({"api_key": [f"is required: webhooks of {door} are signed with it"]})
    found = live_key(engine, door, merchant_id, api_key)
    if found.environment != environment:
        raise InputInvalid({"api_key": [f"it is a {found.environment} key, whose orders are in {found.environment}"]})
    return SigningKey(found.key_id if contract.of_one_key else None, contract.key_secret(api_key))


def live_key(engine: Engine, door: str, merchant_id: int, api_key: str) -> KeyFacts:
    """Refuses InputInvalid: that is no live key of this counter and merchant."""
    found = engine.directory.find_key(api_key)
    if found is None or found.dialect != door or found.merchant.merchant_id != merchant_id or found.revoked_at:
        raise InputInvalid({"api_key": [f"that is not a live {door} key of this merchant"]})
    return found


@dataclass(frozen=True)
class TrialAnswer:
    """How an address took a test message. ``status`` None: nobody answered, and ``error`` says why."""

    status: int | None
    took_ms: int
    error: str = ""
    answer: str = ""


async def try_address(
    engine: Engine,
    desk: WebhookDesk,
    contract: WebhookContract,
    url: str,
    secrets: EndpointSecrets,
    *,
    merchant_id: int,
    environment: Environment,
) -> TrialAnswer:
    """Send the contract's test message. Refuses InputInvalid: the contract has none."""
    if contract.test_message is None:
        raise InputInvalid({"id": ["this counter has no test message: send one of its deliveries again"]})
    message, now = contract.test_message(), real_now()
    delivery = Delivery(
        merchant_id=merchant_id,
        delivery_id=engine.ids.next(),
        endpoint_id=0,
        environment=environment,
        order_id=0,
        event_id=engine.ids.next(),
        part=0,
        event=message.event,
        data=encode(message.data).decode(),
        status="pending",
        attempts=0,
        tries=0,
        next_attempt_at=now,
        happened_at=now,
        created_at=now,
        finished_at=None,
        sequence=1,
        due_since=now,
    )
    signed = sign(contract, delivery, secrets, now)
    outgoing, began = Outgoing(desk.guard), time.monotonic_ns()
    try:
        answer = await outgoing.send(
            "POST", url, headers=signed.headers, content=signed.body, timeout_s=desk.timeout_s
        )  # fmt: skip
    except (AddressForbidden, NoAnswer) as error:
        return TrialAnswer(None, _ms_since(began), str(error))
    finally:
        await outgoing.close()
    text = answer.body[:_SHOWN_OF_ANSWER].decode("utf-8", "replace")
    return TrialAnswer(answer.status, _ms_since(began), answer="".join(c if c.isprintable() else " " for c in text))


async def require_taken(
    engine: Engine,
    desk: WebhookDesk,
    contract: WebhookContract,
    url: str,
    secrets: EndpointSecrets,
    *,
    merchant_id: int,
    environment: Environment,
) -> None:
    """The contract's test message, if it has one, is taken there. Refuses InputInvalid."""
    if contract.test_message is None:
        return
    tried = await try_address(
        engine, desk, contract, url, secrets, merchant_id=merchant_id, environment=environment
    )  # fmt: skip
    if tried.status is None:
        raise InputInvalid({"url": [f"did not take the test message: {tried.error}"]})
    if not contract.acknowledged(tried.status):
        raise InputInvalid({"url": [f"answered the test message with {tried.status}"]})


def _ms_since(began_ns: int) -> int:
    return (time.monotonic_ns() - began_ns) // 1_000_000
