"""What views and acts work with: an engine and what this installation has, one merchant of it, and one environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec

from gerai.domain.records import Environment, OrderView
from gerai.engine.catalogue.store_methods import StoreMethods
from gerai.engine.core import Engine
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.webhooks.register import WebhookDesk
from gerai.kit.bilingual import Bilingual
from gerai.kit.secret_box import SecretBox
from gerai.ports.fulfilment import FulfilmentProvider
from gerai.ports.payments import PaymentMethod


class KeyMade(Protocol):
    """A fresh key of a door: its secret, the part that stays readable, and what it may do there."""

    @property
    def token(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def permissions(self) -> tuple[str, ...]: ...


class KeyMaker(Protocol):
    """How a door's keys are made."""

    @property
    def needs_member(self) -> bool: ...
    @property
    def environments(self) -> tuple[Environment, ...]: ...
    def make(self, environment: Environment, /) -> KeyMade:
        """A fresh key, at random."""
        ...


class DepositCoder(Protocol):
    """Makes the code that a door's members know a deposit by."""

    def __call__(self, deposit_id: int, now: datetime, *, sandbox: bool) -> str: ...


class OrderFacts(msgspec.Struct, frozen=True):
    """What only its door knows of an order. ``link``: its page, where it is paid or followed; empty where the door
    hands none out. ``note``: the buyer's. ``courier`` and ``address``: how it was agreed to be sent, and where to.
    ``more``: what else came with it, by its name."""

    link: str = ""
    note: str = ""
    courier: str = ""
    address: str = ""
    more: tuple[tuple[Bilingual, str], ...] = ()


#: Of an order and the address that links begin with.
ReadOrderFacts = Callable[[OrderView, str], OrderFacts]


@dataclass(frozen=True)
class House:
    """An installation. ``doors``: how the keys of each are made, by its name; ``store_methods``: how stores may say
    that they are paid; ``deposit_codes``: of the doors whose members see their deposits; ``order_facts``: what each
    door knows of its orders; ``webhooks``: what each door announces. ``sealer`` seals what must be read again;
    ``base_url``: what links begin with."""

    engine: Engine
    gateways: GatewayDesk
    sealer: SecretBox
    base_url: str
    payment_methods: Mapping[str, PaymentMethod] = field(default_factory=dict[str, PaymentMethod])
    fulfilment: Mapping[str, FulfilmentProvider] = field(default_factory=dict[str, FulfilmentProvider])
    doors: Mapping[str, KeyMaker] = field(default_factory=dict[str, KeyMaker])
    store_methods: StoreMethods = field(default_factory=StoreMethods)
    deposit_codes: Mapping[str, DepositCoder] = field(default_factory=dict[str, DepositCoder])
    order_facts: Mapping[str, ReadOrderFacts] = field(default_factory=dict[str, ReadOrderFacts])
    webhooks: WebhookDesk = field(default_factory=WebhookDesk)


@dataclass(frozen=True)
class Within:
    """Where a view looks, or an act works. ``may``: the permissions of whoever looks; a view that shows things of
    another permission as well leaves them out without it. ``by``: who that is, as events keep it."""

    house: House
    merchant_id: int
    environment: Environment
    may: frozenset[str] = frozenset()
    by: str = ""

    @property
    def engine(self) -> Engine:
        return self.house.engine

    @property
    def merchant(self) -> MerchantFacts:
        """The merchant as it is known now."""
        return self.engine.directory.merchant(self.merchant_id)
