"""The sections of the settings and what stands in each: names, defaults, bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gerai.kit.declare import setting, setting_per_name
from gerai.kit.hosts import base_url_fault, host_of, listed, local_url, networks


def _networks_fault(text: str) -> str:
    try:
        networks(text)
    except ValueError as error:
        return str(error)
    return ""


def _names_fault(text: str) -> str:
    wrong = [name for name in listed(text) if not host_of(name)]
    return f"{wrong[0]!r} is no host name" if wrong else ""


@dataclass(frozen=True)
class ServerSettings:
    """Where the server listens and how it stops."""

    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 for every interface.")
    port: int = setting(8000, "TCP port; 0 picks a free one.", 0)
    workers: int = setting(1, "Server processes of `gerai serve`.", 1)
    backlog: int = setting(1024, "Connections the kernel keeps waiting for one process.", 1)
    connections: int = setting(
        4096, "Connections one process has at most; when they are nearly all taken, those idle longest are closed.", 8
    )
    connections_per_address: int = setting(
        256,
        "Of these, how many one client address has (an IPv6 network of 64 bits counts as one); 0: any number. Trusted "
        "proxies are free of it, and all clients where only this machine is served.",
        0,
    )
    head_limit_bytes: int = setting(32_768, "Longest request line and headers together; 431 beyond.", 8192)
    idle_timeout_s: float = setting(30.0, "How long a connection may be idle, or take for a request's head.", 0.1)
    shutdown_grace_s: float = setting(15.0, "How long a stopping server may take to finish what it accepted.", 0)


@dataclass(frozen=True)
class DatabaseSettings:
    """The PostgreSQL behind `gerai serve`, `work` and `migrate`; `gerai up` brings its own."""

    url: str = setting("", "PostgreSQL (15 or newer) connection string. Also read from DATABASE_URL.")
    start_wait_s: float = setting(
        60.0,
        "How long a command waits for a database that still starts or recovers; then it leaves with 1.",
        0,
    )
    connect_timeout_s: float = setting(3.0, "How long a connection attempt may take; counts as two at least.", 0.1)
    lock_timeout_s: float = setting(2.0, "How long a statement may wait for one lock; 0: for ever.", 0)
    statement_timeout_s: float = setting(8.0, "How long a statement may take; 0: for ever.", 0)
    idle_transaction_timeout_s: float = setting(
        5.0, "A transaction whose process is silent this long is ended and its locks are free; 0: never.", 0
    )
    client_check_s: float = setting(
        2.0, "How often a running statement looks whether its client is there; 0 where the server cannot.", 0
    )
    keepalive_s: float = setting(10.0, "How long a link may be silent before it is tested; 0: as the system does.", 0)
    migration_lock_timeout_s: float = setting(
        0.8, "How long a migration waits for a lock, and others behind it, until it tries again; 0: for ever.", 0
    )
    migration_statement_timeout_s: float = setting(3600.0, "How long a migration's statement may take.", 0)


@dataclass(frozen=True)
class EngineSettings:
    """Limits of the writer (docs/explanation/architecture.md)."""

    queue_limit: int = setting(2048, "Commands that may wait; beyond it a door answers its own `busy`.", 1)
    batch_limit: int = setting(256, "Most commands in one transaction.", 1)
    lanes: int = setting(2, "Transactions one process writes at once; one loads while the other commits.", 1)
    command_deadline_s: float = setting(10.0, "A command not done by then is refused, never run late.", 0.1)
    reads_pool_size: int = setting(8, "Connections for reading, per process.", 1)
    reads_wait_s: float = setting(2.0, "How long a read waits for one of them; then the door answers `busy`.", 0)
    reads_waiting_limit: int = setting(256, "Reads that may wait so; beyond it `busy` at once.", 0)
    idempotency_keep_days: int = setting(30, "How long answers stay stored under their idempotency key.", 30)


@dataclass(frozen=True)
class HttpSettings:
    """What a request may be."""

    body_limit_bytes: int = setting(
        262_144, "Largest request body, as it arrives and unpacked; a payer's proof has 5 MiB.", 1
    )
    body_timeout_s: float = setting(
        15.0, "How long a request body may take to arrive; a payer's proof four times as long.", 0.1
    )
    json_depth_limit: int = setting(32, "Deepest nesting of a JSON body.", 1)
    public_base_url: str = setting(
        "",
        "Address clients and buyers reach the server at, such as https://gerai.example: every link begins with it. "
        "Needed as soon as more than this machine is served; without it real buyers' links lead nowhere.",
        fault=lambda text: base_url_fault(text) if text else "",
    )
    allowed_hosts: str = setting(
        "",
        "More host names that requests may name, separated by commas; a request for any other host is answered 421.",
        fault=_names_fault,
    )
    trusted_proxies: str = setting(
        "",
        "Addresses and networks (10.0.0.0/8) of the proxies in front, separated by commas: from them, X-Forwarded-For "
        "says whom limits per address count.",
        fault=_networks_fault,
    )
    access_log: bool = setting(False, "Write one log line per request.")


@dataclass(frozen=True)
class DoorSettings:
    """A host name of its own for a dialect; then its paths also work without that dialect's prefix rules."""

    hosts: tuple[tuple[str, str], ...] = setting_per_name(
        "_host", "Host name that serves only this dialect (`durianpay_host` …); empty: none."
    )


@dataclass(frozen=True)
class PageSettings:
    """The hosted pages."""

    streams_limit: int = setting(500, "Live pages one process serves at once; beyond it, reload by hand.", 0)
    streams_per_link: int = setting(50, "Live pages of one order or deposit, of those.", 0)
    streams_per_address: int = setting(100, "Live pages of one client address, of those; many buyers may share one.", 0)
    stream_seconds: int = setting(600, "How long one live connection lasts before the page opens a new one.", 1)
    poll_interval_s: float = setting(1.0, "How often the orders of all live pages are looked at, in one query.", 0.05)
    heartbeat_s: float = setting(15.0, "Longest silence on a live connection.", 0.1)
    acts_per_minute: int = setting(30, "Choices, changes, proofs and simulated payments of one order per minute.", 1)
    documents_per_minute: int = setting(20, "PDFs of one order that are asked for per minute.", 1)
    documents_waiting: int = setting(
        8,
        "PDFs one process makes or has waiting; beyond it, 503 (a merchant's first: beyond twice that).",
        1,
    )
    console_per_minute: int = setting(300, "Pages of the console that one person may open per minute.", 1)
    link_lookups_per_minute: int = setting(300, "Wrong payment links one address may try per minute.", 1)
    proofs_keep_days: int = setting(
        365, "How long what a payer sent to show a transfer is kept once its payment has ended.", 1
    )


@dataclass(frozen=True)
class WorkerSettings:
    """Background work: fulfilment, expiry, clean-up, a look at the books."""

    concurrency: int = setting(8, "Jobs one worker process runs at once.", 1)
    poll_interval_s: float = setting(5.0, "Longest a job waits when its notification was lost.", 0.1)
    check_every_s: float = setting(
        3600.0, "How often one of all workers checks every invariant of the books; 0: never.", 0
    )
    failed_jobs_keep_days: int = setting(90, "How long a job that was given up, and its log, are kept.", 1)


@dataclass(frozen=True)
class BackupSettings:
    """The backup a worker makes by itself (docs/how-to/backups.md)."""

    dir: str = setting(
        "", "Folder for it; empty: none is made, but that `gerai up` takes `backups` in its data folder."
    )
    every_h: float = setting(24.0, "How often; 0: never.", 0)
    keep_days: int = setting(14, "How long one is kept.", 1)
    keep_at_least: int = setting(3, "So many of the newest are kept, however old.", 1)
    leave_free_mb: int = setting(1024, "None is begun that would leave less room on the disk.", 0)
    passphrase_file: str = setting("", "File whose first line seals it; empty: it is not sealed.")


@dataclass(frozen=True)
class PayoutSettings:
    """When gateways pay out (docs/how-to/payouts.md)."""

    holidays_file: str = setting(
        "", "CSV of holidays, for the years it names; empty: `holidays.csv` in a data folder, else those Gerai knows."
    )


@dataclass(frozen=True)
class MetricsSettings:
    """Figures for Prometheus, at /metrics (docs/how-to/metrics.md)."""

    token: str = setting("", "What a scrape must send as Bearer token; empty: the server has no such page.")
    listen: str = setting(
        "", "host:port of an address with nothing but the metrics, also of `gerai work`; not loopback: needs the token."
    )


@dataclass(frozen=True)
class WebhookSettings:
    """Outgoing webhooks (docs/how-to/webhooks.md)."""

    seal_key: str = setting("", "Seals the endpoints' secrets; `gerai webhooks new-key` prints one. Keep it secret.")
    timeout_s: float = setting(15.0, "How long a receiver may take to answer.", 0.1)
    allow_loopback: bool = setting(False, "Also call this machine, and plain http there (tests, local use).")
    keep_days: int = setting(90, "How long finished deliveries and their log are kept.", 7)


@dataclass(frozen=True)
class LogSettings:
    """Log lines go to standard error, one JSON object each."""

    level: str = setting("info", "debug, info, warning or error.")
    format: str = setting("json", "json, or text for a person at a terminal.")


@dataclass(frozen=True)
class Settings:
    """All of them. Every field is a section of the TOML file, and so is each of ``plugins``: what a plug-in declares
    of its own, under its name."""

    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    engine: EngineSettings = EngineSettings()
    http: HttpSettings = HttpSettings()
    doors: DoorSettings = DoorSettings()
    pages: PageSettings = PageSettings()
    worker: WorkerSettings = WorkerSettings()
    backup: BackupSettings = BackupSettings()
    payouts: PayoutSettings = PayoutSettings()
    webhooks: WebhookSettings = WebhookSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()
    plugins: Mapping[str, Any] = field(default_factory=dict[str, Any])

    # Read several times for each order.
    @cached_property
    def base_url(self) -> str:
        """What every link begins with; without the setting, this very server as its own machine reaches it."""
        if self.http.public_base_url:
            return self.http.public_base_url.rstrip("/")
        return local_url(self.server.host, self.server.port)
