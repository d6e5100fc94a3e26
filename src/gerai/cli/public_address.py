"""The public base address, without which links that others get lead nowhere: asked for at the start.

Links are never made from what a request calls this server, so somebody must say where it is reached.
"""

from __future__ import annotations

from typing import Final

import structlog

from gerai.cli.terminal import errors, fail
from gerai.engine.keys.manage import merchant_with_real_keys
from gerai.kit.hosts import is_loopback
from gerai.settings import Settings

_HOW: Final = (
    "  Set http.public_base_url, or GERAI_HTTP_PUBLIC_BASE_URL=https://gerai.example: pay links and webhooks begin "
    "with it.",
    "  Isi http.public_base_url, atau GERAI_HTTP_PUBLIC_BASE_URL=https://gerai.example: tautan dan webhook memakainya.",
)

_NO_PROXY: Final = (
    "other machines reach this server and http.trusted_proxies names no proxy. Put nginx or Caddy in front "
    "(docs/how-to/production.md) and name it there: TLS, and floods of connections, are its work"
)
_TANPA_PROXY: Final = (
    "komputer lain dapat menjangkau server ini, padahal http.trusted_proxies tidak menyebut proxy. Pasang nginx atau "
    "Caddy di depannya (docs/how-to/production.md) lalu sebutkan di sana: TLS dan banjir koneksi adalah tugasnya"
)


def require_for_network(settings: Settings) -> None:
    """Leave with exit code 2 when others than this machine are served without a public base address."""
    host = settings.server.host
    if not (settings.http.public_base_url or is_loopback(host)):
        fail(
            f"http.public_base_url is not set, but {host} is reached from other machines.",
            2,
            then=(f"  http.public_base_url belum diisi, padahal {host} dapat dijangkau komputer lain.", *_HOW),
        )


def warn_without_proxy(host: str, trusted_proxies: str, *, printed: bool = False) -> None:
    """Warn in the log, and on standard error where somebody looks (``printed``: certainly), when others than this
    machine reach a server that no proxy is known to stand before."""
    if is_loopback(host) or trusted_proxies:
        return
    structlog.get_logger("gerai").warning("server.without_proxy", host=host, text=_NO_PROXY, teks=_TANPA_PROXY)
    if printed or errors.is_terminal:
        errors.lines(f"gerai: {host}: {_NO_PROXY}", f"  {_TANPA_PROXY}", style="yellow")


def warn_at_start(settings: Settings, *, printed: bool = False) -> None:
    """Warn in the log, and on standard error where somebody looks (``printed``: certainly), when a real merchant has a
    production key and there is no public base address. What ran before a restart runs after it: a shop that is down
    sells nothing at all."""
    if settings.http.public_base_url:
        return
    if (code := merchant_with_real_keys(settings.database.url)) is not None:
        lines = _nowhere(settings, code)
        log = structlog.get_logger("gerai")
        log.warning("server.without_address", merchant=code, text=" ".join(lines[:2]), teks=" ".join(lines[2:]))
        if printed or errors.is_terminal:
            warn_of_real_money(settings, code)


def warn_of_real_money(settings: Settings, code: str) -> None:
    """Print on standard error where the links of this real merchant's buyers lead when there is no public base address:
    better said to whoever makes the key than found out by the first buyer."""
    if settings.http.public_base_url:
        return
    first, *others = _nowhere(settings, code)
    errors.lines(f"gerai: {first}", *(f"  {line}" for line in others), *_HOW, style="yellow")


def _nowhere(settings: Settings, code: str) -> list[str]:
    here = settings.base_url
    return [
        f"merchant {code} has a production key, but http.public_base_url is not set:",
        f"links for buyers begin with {here}, which nobody else can open.",
        f"merchant {code} punya kunci production, padahal http.public_base_url belum diisi:",
        f"tautan untuk pembeli diawali {here}, yang tidak bisa dibuka dari tempat lain.",
    ]
