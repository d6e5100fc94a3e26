"""Register a webhook endpoint: judge its address, try it, and store what signs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated, NoReturn

import typer

from gerai.app import WEBHOOK_CONTRACTS
from gerai.cli.terminal import fail
from gerai.domain.records import Environment
from gerai.domain.webhooks import Delivery
from gerai.engine.core import Engine
from gerai.engine.directory_entries import KeyFacts
from gerai.engine.webhooks.contract import WebhookContract, encode
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, list_endpoints, new_secret
from gerai.engine.webhooks.signing import sign
from gerai.kit.address import AddressForbidden, Guard, check_address
from gerai.kit.clock import real_now
from gerai.kit.http import NoAnswer, Outgoing
from gerai.kit.secret_box import SecretBox, SecretBoxError
from gerai.settings import Settings

WhoseOrders = Annotated[
    str | None,
    typer.Argument(
        metavar="ENVIRONMENT",
        show_default=False,
        help="Whose orders: sandbox or production; else the API key's where one signs, and sandbox elsewhere.",
    ),
]


@dataclass(frozen=True)
class EndpointForm:
    """What the operator asked for. ``environment``: None when it was not named. ``key``: the API key, at a door that
    signs with it."""

    door: str
    environment: Environment | None
    url: str
    events: tuple[str, ...]
    key: str
    test_message: bool


def ask_for_key(door: str) -> str:
    """The API key that signs, typed unseen or read from standard input. Leaves with exit code 2 when there is none."""
    if sys.stdin.isatty():
        return typer.prompt(f"API key ({door})", hide_input=True).strip()
    return sys.stdin.readline().strip() or _no_key(door)


def _no_key(door: str) -> NoReturn:
    fail(f"{door} signs with the API key: type it, or give it on standard input", 2)


async def register(
    engine: Engine, settings: Settings, merchant_id: int, wanted: EndpointForm
) -> tuple[int, str, Environment]:
    """Store the endpoint; returns its id, its secret and whose orders it receives. Exits with a clear message when an
    input is not valid."""
    contract = WEBHOOK_CONTRACTS[wanted.door]
    guard = Guard(allow_loopback=settings.webhooks.allow_loopback)
    try:
        sealer = SecretBox(settings.webhooks.seal_key)
        # Tried before anything else: without a key the secret could not be kept.
        sealer.seal("")
        await check_address(guard, wanted.url)
    except SecretBoxError as error:
        fail(
            f"{error}: put the one that was used before back (seal.key of a data folder, from a backup), or where "
            "nothing was sealed a new one into the setting webhooks.seal_key (`gerai webhooks new-key`)"
        )
    except AddressForbidden as error:
        fail(f"{wanted.url}: {error}")
    key = _key(engine, merchant_id, wanted) if contract.key_secret else None
    secret = new_secret()
    new = NewEndpoint(
        merchant_id=merchant_id,
        environment=_environment(wanted, key),
        channel=wanted.door,
        url=wanted.url,
        events=wanted.events,
        key_id=key.key_id if key is not None and contract.of_one_key else None,
        key_secret=contract.key_secret(wanted.key) if contract.key_secret else "",
    )
    await _require_new(engine, new)
    if wanted.test_message:
        await _try(engine, settings, contract, new, secret)
    return await add_endpoint(engine, sealer, new, secret), secret, new.environment


async def _require_new(engine: Engine, new: NewEndpoint) -> None:
    """Leave when the address receives the same already: every message would come twice."""
    where = (new.channel, new.environment, new.url, new.key_id)
    for one in await list_endpoints(engine, new.merchant_id):
        if (one.channel, one.environment, one.url, one.key_id) == where:
            fail(
                f"{new.url} receives what happens to {new.channel} orders in {new.environment} already: endpoint "
                f"{one.endpoint_id} ({one.status}); gerai webhooks remove {one.endpoint_id} forgets it first"
            )


def _key(engine: Engine, merchant_id: int, wanted: EndpointForm) -> KeyFacts:
    found = engine.directory.find_key(wanted.key)
    if found is None or found.dialect != wanted.door or found.merchant.merchant_id != merchant_id or found.revoked_at:
        fail(f"that is not a live {wanted.door} key of this merchant")
    return found


def _environment(wanted: EndpointForm, key: KeyFacts | None) -> Environment:
    """The environment of the key, where one is given: a key places orders in one only. Leaves with exit code 2 when
    another one was named. Without a key the one that was named, else the sandbox."""
    if key is None:
        return wanted.environment or "sandbox"
    keys: Environment = "sandbox" if key.environment == "sandbox" else "production"
    if wanted.environment not in (None, keys):
        fail(
            f"{wanted.environment} was named, but this is a {keys} key, whose orders are in {keys}: nothing is added; "
            f"name {keys}, or give a {wanted.environment} key",
            2,
        )
    return keys


async def _try(engine: Engine, settings: Settings, contract: WebhookContract, new: NewEndpoint, secret: str) -> None:
    """Send the door's test message; the address must acknowledge it."""
    if contract.test_message is None:
        return
    message, now = contract.test_message(), real_now()
    delivery = Delivery(
        merchant_id=new.merchant_id,
        delivery_id=engine.ids.next(),
        endpoint_id=0,
        environment=new.environment,
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
    signed = sign(contract, delivery, secret, new.key_secret or secret, now)
    outgoing = Outgoing(Guard(allow_loopback=settings.webhooks.allow_loopback))
    try:
        answer = await outgoing.send(
            "POST", new.url, headers=signed.headers, content=signed.body, timeout_s=settings.webhooks.timeout_s
        )
    except (AddressForbidden, NoAnswer) as error:
        fail(f"{new.url} did not take the test message: {error}; --no-trial adds it all the same")
    finally:
        await outgoing.close()
    if not contract.acknowledged(answer.status):
        fail(f"{new.url} answered the test message with {answer.status}; --no-trial adds it all the same")
