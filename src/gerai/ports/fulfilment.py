"""What a fulfilment provider must be: somebody who does the work of an order, item by item.

A provider never touches the engine. ``fulfil`` may be called once per request id; ``inquire`` asks again about a
request whose answer was lost and must be safe to repeat. A provider that can be tried without an order (are the keys
right, does it know the service, what does it ask, what is left there) has ``probe`` as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, runtime_checkable

#: What the name of every provider without an outside world begins with; a test holds it equal to what they declare.
SIMULATOR: Final = "simulator"


def names_simulator(provider: str) -> bool:
    """Whether this is the name of a provider that only pretends to work."""
    return provider.startswith(SIMULATOR)


class ProviderUnreachable(Exception):
    """The request certainly did not arrive: nothing was done, trying again is safe."""


class AnswerUnknown(Exception):
    """It may or may not have been done (time-out, broken answer). Ask with ``inquire``; never treat as failed."""


@dataclass(frozen=True)
class WorkRequest:
    """``request_id`` is ours, unique and stable over retries. ``items`` is what the service's x-requestFrom selects."""

    request_id: str
    service: str
    items: list[Any]
    payload: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class WorkAnswer:
    """``outcome`` pending: the provider works on it, ask again later. Counts add up to the items when final."""

    outcome: Literal["pending", "done"]
    succeeded: int
    failed: int
    reference: str | None
    result: Any
    error: str | None = None


class FulfilmentProvider(Protocol):
    """``name`` is how a service names it; ``automatic``: it returns results by itself (manual: an operator does);
    ``simulated``: it only pretends to work, so real orders never reach it (``engine/fulfilment/providers.py``)."""

    name: str
    automatic: bool
    simulated: bool

    async def fulfil(self, request: WorkRequest) -> WorkAnswer:
        """Do the work. Raises ProviderUnreachable or AnswerUnknown."""
        ...

    async def inquire(self, request: WorkRequest) -> WorkAnswer:
        """What became of this request. Raises AnswerUnknown, also when the provider cannot be reached now;
        ProviderUnreachable only when the request itself certainly never arrived: it is made again then."""
        ...


@dataclass(frozen=True)
class ProbeAnswer:
    """What a provider says without an order. ``wrong``: what is not right with its settings or keys, fit for the
    seller; empty: nothing is. ``service_known``: whether it does this service; ``price_sen``: what it asks for an item;
    ``balance_sen``: what is left on the seller's account there. None: it cannot be asked that."""

    wrong: str = ""
    service_known: bool | None = None
    price_sen: int | None = None
    balance_sen: int | None = None


@runtime_checkable
class ProbedProvider(Protocol):
    """A provider that can be tried without an order."""

    async def probe(self, service: str, settings: dict[str, Any]) -> ProbeAnswer:
        """Whether it would do this service with these settings; orders nothing, costs nothing. Raises
        ProviderUnreachable or AnswerUnknown."""
        ...
