"""Every setting of the server: name, default and help together, grouped by subject.

Loaded once, from a TOML file and the environment (which wins); unknown names are refused, so a typo never passes
silently. A plug-in declares its own section;
``docs/reference/settings.md`` is printed from both.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

from gerai.kit.declare import setting, setting_per_name
from gerai.kit.hosts import base_url_fault, host_of, listed, networks
from gerai.kit.json_values import is_object

#: Environment names that begin with GERAI_ but are not settings: where the file is, and where the data is.
RESERVED: Final = frozenset({"GERAI_SETTINGS", "GERAI_DATA"})


class SettingsError(Exception):
    """A setting is unknown or has an impossible value. The text names it and is fit for an operator."""


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
    idle_timeout_s: float = setting(30.0, "How long a connection may be idle, or take for a request's head.", 0.1)
    shutdown_grace_s: float = setting(15.0, "How long a stopping server may take to finish what it accepted.", 0)


@dataclass(frozen=True)
class DatabaseSettings:
    """The PostgreSQL behind `gerai serve`, `work` and `migrate`; `gerai up` brings its own."""

    url: str = setting("", "PostgreSQL (15 or newer) connection string. Also read from DATABASE_URL.")
    connect_timeout_s: float = setting(10.0, "How long a connection attempt may take.", 0.1)


@dataclass(frozen=True)
class EngineSettings:
    """Limits of the writer (docs/explanation/architecture.md)."""

    queue_limit: int = setting(2048, "Commands that may wait; beyond it a door answers its own `busy`.", 1)
    batch_limit: int = setting(256, "Most commands in one transaction.", 1)
    lanes: int = setting(2, "Transactions one process writes at once; one loads while the other commits.", 1)
    command_deadline_s: float = setting(10.0, "A command not started by then is refused, never run late.", 0.1)
    reads_pool_size: int = setting(8, "Connections for reading, per process.", 1)
    idempotency_keep_days: int = setting(30, "How long answers stay stored under their idempotency key.", 1)


@dataclass(frozen=True)
class HttpSettings:
    """What a request may be."""

    body_limit_bytes: int = setting(262_144, "Largest request body, as it arrives and unpacked.", 1)
    body_timeout_s: float = setting(15.0, "How long a request body may take to arrive.", 0.1)
    json_depth_limit: int = setting(32, "Deepest nesting of a JSON body.", 1)
    public_base_url: str = setting(
        "",
        "Address clients and buyers reach the server at, such as https://gerai.example: every link begins with it. "
        "Needed as soon as more than this machine is served, or a real merchant has a production key.",
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
    stream_seconds: int = setting(600, "How long one live connection lasts before the page opens a new one.", 1)
    poll_interval_s: float = setting(1.0, "How often the orders of all live pages are looked at, in one query.", 0.05)
    heartbeat_s: float = setting(15.0, "Longest silence on a live connection.", 0.1)
    acts_per_minute: int = setting(30, "Choices, changes and simulated payments of one order per minute.", 1)
    link_lookups_per_minute: int = setting(300, "Wrong payment links one address may try per minute.", 1)


@dataclass(frozen=True)
class WorkerSettings:
    """Background work: fulfilment, expiry, clean-up, a look at the books."""

    concurrency: int = setting(8, "Jobs one worker process runs at once.", 1)
    poll_interval_s: float = setting(5.0, "Longest a job waits when its notification was lost.", 0.1)
    check_every_s: float = setting(
        3600.0, "How often one of all workers checks every invariant of the books; 0: never.", 0
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
    keep_days: int = setting(90, "How long finished deliveries and their log are kept.", 1)


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
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.server.host, self.server.host)  # noqa: S104 - compared
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server.port}"


def env_name(section: str, name: str) -> str:
    """``http``, ``body_limit_bytes`` → ``GERAI_HTTP_BODY_LIMIT_BYTES``."""
    return f"GERAI_{section}_{name}".upper()


def load(
    file: Path | None = None, environ: Mapping[str, str] | None = None, plugins: Mapping[str, Any] | None = None
) -> Settings:
    """Settings from ``file`` (or the file GERAI_SETTINGS names), overlaid with the environment. ``plugins``: the
    sections of the plug-ins, their defaults by name.

    Raises SettingsError for an unreadable file, an unknown name or a value that does not fit.
    """
    environ = os.environ if environ is None else environ
    if file is None and environ.get("GERAI_SETTINGS"):
        file = Path(environ["GERAI_SETTINGS"])
    given = _read(file) if file else {}
    sections = _sections(plugins or {})
    if unknown := sorted(set(given) - set(sections)):
        raise SettingsError(f"unknown section [{unknown[0]}]; known: {', '.join(sections)}")
    declared = [(s, f) for s, default in sections.items() for f in dataclasses.fields(default)]
    names = {env_name(s, f.name) for s, f in declared if not f.metadata["suffix"]} | RESERVED
    families = [(env_name(s, ""), f.metadata["suffix"].upper()) for s, f in declared if f.metadata["suffix"]]
    for name in environ:
        known = name in names or any(name.startswith(start) and name.endswith(end) for start, end in families)
        if name.startswith("GERAI_") and not known:
            raise SettingsError(f"unknown setting {name}; docs/reference/settings.md lists all of them")
    values = {name: _section(name, default, given.get(name, {}), environ) for name, default in sections.items()}
    own = {name: values.pop(name) for name in plugins or {}}
    return Settings(**values, plugins=own)


def _sections(plugins: Mapping[str, Any]) -> dict[str, Any]:
    ours = {f.name: f.default for f in dataclasses.fields(Settings) if f.name != "plugins"}
    if taken := [name for name in plugins if name in ours or name == "plugins"]:
        raise SettingsError(f"the plug-in {taken[0]} has the name of a section of the server's own settings")
    return ours | dict(plugins)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error


def _section(section: str, default: Any, given: Any, environ: Mapping[str, str]) -> Any:
    if not is_object(given):
        raise SettingsError(f"[{section}] must be a table")
    families = {f.name: f for f in dataclasses.fields(default) if f.metadata["suffix"]}
    known = {f.name: f for f in dataclasses.fields(default) if f.name not in families}
    values: dict[str, Any] = {}
    for name, declared in families.items():
        values[name], given = _per_name(section, declared.metadata["suffix"], given, environ)
    if unknown := sorted(set(given) - set(known)):
        shown = [*known, *(f"<name>{f.metadata['suffix']}" for f in families.values())]
        raise SettingsError(f"unknown setting {section}.{unknown[0]}; known: {', '.join(shown)}")
    for name, declared in known.items():
        where, raw = f"{section}.{name}", given.get(name, declared.default)
        if (section, name) == ("database", "url") and environ.get("DATABASE_URL"):
            where, raw = "DATABASE_URL", environ["DATABASE_URL"]
        if (variable := env_name(section, name)) in environ:
            where, raw = variable, _from_text(variable, environ[variable], _type_of(declared))
        values[name] = _checked(where, raw, declared)
    return type(default)(**values)


def _per_name(
    section: str, suffix: str, given: dict[str, Any], environ: Mapping[str, str]
) -> tuple[tuple[tuple[str, str], ...], dict[str, Any]]:
    """The pairs (name, text) of the settings with this suffix, and what else is given in the section."""
    found = {name.removesuffix(suffix): value for name, value in given.items() if name.endswith(suffix)}
    for name, value in found.items():
        if not isinstance(value, str):
            raise SettingsError(f"{section}.{name}{suffix}: expected str, got {value!r}")
    begin, end = env_name(section, ""), suffix.upper()
    for variable, value in environ.items():
        if variable.startswith(begin) and variable.endswith(end):
            found[variable.removeprefix(begin).removesuffix(end).lower()] = value
    rest = {name: value for name, value in given.items() if not name.endswith(suffix)}
    return tuple(sorted((name, value) for name, value in found.items() if value)), rest


def _type_of(declared: dataclasses.Field[Any]) -> type[Any]:
    """A setting has the type of its default; each has one."""
    return cast("type[Any]", type(declared.default))


def _from_text(where: str, text: str, wanted: type[Any]) -> Any:
    if wanted is bool:
        answers = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if text.lower() not in answers:
            raise SettingsError(f"{where}: {text!r} is neither true nor false")
        return answers[text.lower()]
    try:
        return wanted(text)
    except ValueError:
        raise SettingsError(f"{where}: {text!r} is not a number") from None


def _checked(where: str, value: Any, declared: dataclasses.Field[Any]) -> Any:
    wanted = _type_of(declared)
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted:
        got = type(value).__name__ if declared.name == "token" else repr(value)
        raise SettingsError(f"{where}: expected {wanted.__name__}, got {got}")
    if (fault := declared.metadata["fault"]) is not None and (said := fault(value)):
        raise SettingsError(f"{where}: {said}")
    minimum = declared.metadata["minimum"]
    if minimum is not None and not value >= minimum:
        raise SettingsError(f"{where}: {value!r} is below {minimum}")
    return value


def reference(plugins: Mapping[str, Any]) -> str:
    """The text of ``docs/reference/settings.md``, with the sections of the plug-ins."""
    lines = [
        "# Settings",
        "",
        "Printed from `src/gerai/settings.py` and the plug-ins (`gerai settings`); a test holds the two equal.",
        "",
        "A TOML file (`--settings FILE` or `GERAI_SETTINGS`) with one table per section, and the environment, which",
        "wins. Unknown names are refused at start.",
    ]
    for section, default in _sections(plugins).items():
        lines += ["", f"## [{section}]", "", " ".join((type(default).__doc__ or "").split()), ""]
        lines += ["| Name | Default | Environment | What it does |", "|---|---|---|---|"]
        for f in dataclasses.fields(default):
            suffix = f.metadata["suffix"]
            name, shown = (f"<name>{suffix}", "") if suffix else (f.name, f.default)
            lines.append(f"| `{name}` | `{_toml(shown)}` | `{env_name(section, name)}` | {f.metadata['help']} |")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
