"""Where everything meets: settings, engine, partners, doors, pages, worker. Nobody imports this module but the
command."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from gerai.doors import admin, console
from gerai.doors.http.context import AppServices
from gerai.doors.http.describe import KeyScheme
from gerai.doors.http.dispatch import Dispatcher
from gerai.doors.http.docs import docs_routes
from gerai.doors.http.door import Dialect, Door
from gerai.doors.http.hosts import KnownHosts, TrustedProxies
from gerai.doors.http.limits import RateLimiter
from gerai.doors.http.order_facts import order_readers
from gerai.doors.http.ready import READY
from gerai.doors.http.request_metrics import RequestMetrics
from gerai.doors.http.scrape import Scrape
from gerai.doors.notices import NOTICES
from gerai.doors.pay import pages
from gerai.doors.pay.live import live_pages
from gerai.engine.catalogue.store_methods import StoreMethods
from gerai.engine.core import Engine
from gerai.engine.desk.house import House
from gerai.engine.directory import Part
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.webhooks.register import WebhookDesk
from gerai.found import FoundPartners
from gerai.kit.calendar import calendar_of
from gerai.kit.declared import MerchantSettingsDeclared
from gerai.kit.discover import PluginBroken, discover
from gerai.kit.hosts import host_of
from gerai.kit.secret_box import SecretBox
from gerai.kit.shared_counters import CounterShare, SharedCounters
from gerai.merchant_settings import MerchantSettings
from gerai.metrics.exposition import MetricsExposition
from gerai.metrics.process import Watched
from gerai.settings import Settings
from gerai.worker.main import Worker

#: The prefixes of doors that are no dialects.
OWN_PREFIXES: Final = {NOTICES.name: NOTICES.prefixes, admin.CHANNEL: admin.PREFIXES, console.NAME: console.PREFIXES}


def find_dialects() -> tuple[Dialect, ...]:
    """The folders of ``gerai.doors.dialects``, by name. PluginBroken: a name that is not the folder's, or a prefix of
    two."""
    owners = {prefix: door for door, own in OWN_PREFIXES.items() for prefix in own}
    found: dict[str, Dialect] = discover("gerai.doors.dialects", "DIALECT")
    for folder, dialect in found.items():
        if dialect.name != folder:
            raise PluginBroken(f"the dialect in {folder} is named {dialect.name}; both must be the same")
        for prefix in dialect.prefixes:
            if (owner := owners.setdefault(prefix, folder)) != folder:
                raise PluginBroken(f"{prefix} belongs to {owner} and {folder}")
    return tuple(found.values())


DIALECTS: Final = find_dialects()
#: Every hosted page and the front page, which shows the dialects.
PAGES: Final = pages(DIALECTS)
WEBHOOK_CONTRACTS: Final = {d.name: d.webhooks for d in DIALECTS if d.webhooks}
#: What the directory keeps for the dialects and the pages, each once, and who may tell of money.
PARTS: Final[tuple[Part[Any], ...]] = tuple(
    {part.name: part for d in (*DIALECTS, NOTICES, PAGES) for part in d.parts}.values()
)

#: How the keys of each door are made.
_OWN_KEYS: Final = {admin.CHANNEL: admin.ADMIN_KEYS}
KEY_SCHEMES: Final[dict[str, KeyScheme]] = {d.name: d.keys for d in DIALECTS if d.keys} | _OWN_KEYS
#: How a store may say that it is paid: the words of every dialect that sells for stores.
STORE_METHODS: Final = StoreMethods(
    {word: method for d in DIALECTS if d.store_methods for word, method in d.store_methods.methods.items()},
    frozenset(bank for d in DIALECTS if d.store_methods for bank in d.store_methods.sub_methods),
)

#: How deposits are called at doors whose members see them.
DEPOSIT_CODES: Final = {d.name: d.deposit_code for d in DIALECTS if d.deposit_code}

#: What each door is tried with.
SAMPLES: Final = {d.name: d.sample for d in DIALECTS if d.sample}

#: What a merchant may choose: what is general, and what the dialects declare.
MERCHANT_SETTINGS: Final = MerchantSettingsDeclared(
    MerchantSettings, *(d.merchant_settings for d in DIALECTS if d.merchant_settings is not None)
)


def make_engine(settings: Settings) -> Engine:
    """The engine with every door's catalogue, not started yet."""
    limits = settings.engine
    return Engine(
        settings.database.url,
        database=settings.database,
        parts=PARTS,
        calendar=calendar_of(Path(file) if (file := settings.payouts.holidays_file) else None),
        merchant_settings=MERCHANT_SETTINGS,
        cash_labels={d.name: dict(d.cash_labels) for d in DIALECTS if d.cash_labels},
        own_hosts=frozenset({host_of(urlsplit(settings.base_url).netloc)}),
        queue_limit=limits.queue_limit,
        batch_limit=limits.batch_limit,
        deadline_s=limits.command_deadline_s,
        lanes=limits.lanes,
        reads_pool_size=limits.reads_pool_size,
        reads_wait_s=limits.reads_wait_s,
        reads_waiting_limit=limits.reads_waiting_limit,
    )


def make_desk(engine: Engine, partners: FoundPartners, settings: Settings) -> GatewayDesk:
    """Who asks gateways."""
    own = settings.webhooks
    return GatewayDesk(
        engine, partners.gateways, SecretBox(own.seal_key), settings.base_url, allow_loopback=own.allow_loopback
    )


def make_house(engine: Engine, desk: GatewayDesk, partners: FoundPartners, settings: Settings) -> House:
    """What the seller's desk works with."""
    own = settings.webhooks
    return House(
        engine, desk, SecretBox(own.seal_key), settings.base_url, partners.payment_methods, partners.fulfilment,
        KEY_SCHEMES, STORE_METHODS, DEPOSIT_CODES, order_readers(DIALECTS),
        WebhookDesk(WEBHOOK_CONTRACTS, own.allow_loopback, own.timeout_s), partners.notice_forms, SAMPLES,
    )  # fmt: skip


class App:
    """The ASGI application. ``with_worker``: background work runs in this process too. ``share``: this process is one
    of several of a server, whose metrics are summed. ``scrape`` serves them on an address of its own. ``folder``: the
    data folder it serves, if any."""

    def __init__(
        self,
        settings: Settings,
        *,
        with_worker: bool = False,
        share: CounterShare | None = None,
        folder: Path | None = None,
    ) -> None:
        self.settings = settings
        self.engine = make_engine(settings)
        self.partners = FoundPartners(settings)
        desk = self._desk = make_desk(self.engine, self.partners, settings)
        self._worker = (
            Worker(self.engine, self.partners, desk, settings, WEBHOOK_CONTRACTS, folder) if with_worker else None
        )
        self.house = house = make_house(self.engine, desk, self.partners, settings)
        counts = SharedCounters(share)
        outgoing = (
            self.partners.outgoing
            | {"gateways": desk.attempts}
            | ({"webhooks": self._worker.outgoing} if self._worker else {})
        )
        #: Of everything that runs beside the requests.
        self.supervisors = (self.engine.supervisor, *([self._worker.supervisor] if self._worker else []))
        self._metrics = MetricsExposition(self.engine, self._watched(outgoing), counts)
        self.scrape = Scrape(self._metrics.exposition, settings.metrics.token)
        proxies = TrustedProxies(settings.http.trusted_proxies)
        metrics = RequestMetrics(counts)
        services = AppServices(self.engine, RateLimiter(), settings, self.partners, desk, metrics, proxies)
        doors = {dialect.name: Door(dialect, services) for dialect in DIALECTS}
        hosts = {host.lower(): doors[name] for name, host in settings.doors.hosts}
        manuals = docs_routes(DIALECTS, {admin.CHANNEL: admin.document})
        fallback = replace(PAGES, routes=(*manuals, READY, *self.scrape.routes(), *PAGES.routes))
        known = KnownHosts(settings, hosts)
        others = [Door(own, services) for own in (NOTICES, admin.admin(house), console.console(house, DIALECTS))]
        self._dispatch = Dispatcher([*doors.values(), *others], hosts, Door(fallback, services), known)

    def _watched(self, outgoing: dict[str, Mapping[str, int]]) -> Watched:
        pages, worker = partial(live_pages, self.engine), self._worker
        if worker is None:
            return Watched(outgoing, self.supervisors, pages=pages)
        return Watched(outgoing, self.supervisors, worker.places, worker.jobs_done, pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._dispatch(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Engine (and worker) started; stopped at the end, after what was accepted is finished."""
        # Left in reverse: counting ends last, after the engine has committed what it accepted.
        async with self._metrics.running(), self.engine.running(), self.partners, self._desk:
            # After the load: catalogues and keys are most of what lives on.
            _settle_memory()
            worker = self._worker
            if worker is None:
                yield
                return
            async with worker.running():
                yield

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self.running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _settle_memory() -> None:
    """What is alive now lives as long as the process; the collector need not walk it again and again.

    Measured: 18 % less CPU per order (docs/explanation/speed.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
