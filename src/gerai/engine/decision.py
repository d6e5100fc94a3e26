"""What one command of a batch is decided with: its moment and merchant, and what its idempotency key did before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gerai.domain.records import IdempotencyRecord
from gerai.domain.refusals import IdempotencyKeyReused
from gerai.engine.command import Command, Idempotency
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.made import Made, decode_made, encode_made
from gerai.engine.state import State
from gerai.merchant_settings import MerchantSettings


@dataclass(slots=True)
class DecisionContext:
    """The engine's :class:`~gerai.engine.command.Context` for one command."""

    now: datetime
    merchant: MerchantFacts
    environment: str
    next_id: Callable[[], int]

    def system_account(self, kind: str) -> int:
        return self.merchant.accounts[self.environment, kind]

    @property
    def play_money(self) -> bool:
        return self.merchant.plays_with(self.environment)

    @property
    def closed(self) -> bool:
        return self.merchant.closed_at is not None

    @property
    def settings(self) -> MerchantSettings:
        return self.merchant.settings


def find_made(state: State, command: Command[Any], idempotency: Idempotency) -> Made | None:
    """What was made under this key. IdempotencyKeyReused when it was used for another request."""
    stored = state.idempotency.get(
        command.merchant_id, command.environment, idempotency.owner, idempotency.operation, idempotency.key
    )
    if stored is None:
        return None
    if stored.fingerprint != idempotency.fingerprint:
        raise IdempotencyKeyReused(idempotency.key)
    return decode_made(stored.answer)


def keep_key(state: State, command: Command[Any], idempotency: Idempotency, answer: Any, now: datetime) -> None:
    """Store the key and what it made in the command's own transaction."""
    state.idempotency.insert(
        IdempotencyRecord(
            merchant_id=command.merchant_id,
            environment=command.environment,
            owner=idempotency.owner,
            operation=idempotency.operation,
            key=idempotency.key,
            fingerprint=idempotency.fingerprint,
            answer=encode_made(command.identify(answer)),
            created_at=now,
        )
    )
