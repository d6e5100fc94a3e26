"""What somebody at the terminal says of a new webhook endpoint, and what is wrong with it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Annotated, NoReturn

import typer

from gerai.app import WEBHOOK_CONTRACTS
from gerai.cli.at_desk import do_here
from gerai.cli.terminal import fail
from gerai.domain.records import Environment
from gerai.domain.refusals import InputInvalid
from gerai.engine.core import Engine
from gerai.engine.desk.acts.add_webhook import NewWebhook
from gerai.engine.webhooks.register import live_key
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
    """Add the endpoint; returns its id, its secret and whose orders it receives. Exits with a clear message when an
    input is not valid."""
    try:
        environment = _environment(engine, merchant_id, wanted)
        key = wanted.key if WEBHOOK_CONTRACTS[wanted.door].key_secret else ""
        new = NewWebhook(door=wanted.door, url=wanted.url, events=wanted.events, api_key=key, trial=wanted.test_message)
        done = await do_here(engine, settings, merchant_id, environment, "webhooks.add", new)
    except InputInvalid as refusal:
        fail("; ".join(_in_words(wanted, name, text) for name, texts in refusal.fields.items() for text in texts))
    return int(done.id), done.secret, environment


def _in_words(wanted: EndpointForm, field: str, fault: str) -> str:
    """A fault as it is said at the terminal, with the way out."""
    if field != "url":
        return fault
    found = re.search(r"already: endpoint (\d+)", fault)
    if found is not None:
        return f"{wanted.url}: {fault}; gerai webhooks remove {found[1]} forgets it first"
    also = "; --no-trial adds it all the same" if "test message" in fault else ""
    return f"{wanted.url}: {fault}{also}"


def _environment(engine: Engine, merchant_id: int, wanted: EndpointForm) -> Environment:
    """The environment of the key, where one is given: a key places orders in one only. Leaves with exit code 2 when
    another one was named. Without a key the one that was named, else the sandbox. Refuses InputInvalid."""
    if WEBHOOK_CONTRACTS[wanted.door].key_secret is None:
        return wanted.environment or "sandbox"
    key = live_key(engine, wanted.door, merchant_id, wanted.key)
    keys: Environment = "sandbox" if key.environment == "sandbox" else "production"
    if wanted.environment not in (None, keys):
        fail(
            f"{wanted.environment} was named, but this is a {keys} key, whose orders are in {keys}: nothing is added; "
            f"name {keys}, or give a {wanted.environment} key",
            2,
        )
    return keys
