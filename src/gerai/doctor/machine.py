"""Checks that need no database: settings, versions, open files, disk."""

from __future__ import annotations

import os
import platform
import sys
from math import isinf
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gerai import __version__
from gerai.doctor import advice
from gerai.doctor.diagnosis import Diagnosis, Installation, fail, not_checked, ok, warn
from gerai.engine.installation import DatabaseError, data_directory, libpq_version
from gerai.kit.hosts import is_loopback
from gerai.kit.open_files import clients_within, raised_open_files_limit

_OLDEST_PYTHON: Final = (3, 11)


async def settings(here: Installation) -> Diagnosis:
    """Readable, and fit for whom they serve."""
    if here.settings_fault:
        return fail(here.settings_fault, advice.SETTINGS)
    chosen = here.settings
    host, base_url = chosen.server.host, chosen.http.public_base_url
    url = urlsplit(base_url)
    public = not is_loopback(host) or (bool(base_url) and not is_loopback(url.hostname or ""))
    figures = {
        "listens_on": f"{host}:{chosen.server.port}", "public_base_url": base_url, "public": public,
        "trusted_proxies": chosen.http.trusted_proxies, "server_processes": chosen.server.workers,
    }  # fmt: skip
    if not is_loopback(host) and not base_url:
        return fail(f"other machines reach {host}, and http.public_base_url is empty", advice.PUBLIC_ADDRESS, **figures)
    if public and url.scheme == "http" and not is_loopback(url.hostname or ""):
        return warn(f"{base_url} is not https: keys and links travel in the open", advice.PUBLIC_ADDRESS, **figures)
    if public and not chosen.http.trusted_proxies:
        return warn(f"{base_url or host} is public, and http.trusted_proxies names no proxy", advice.PROXIES, **figures)
    if public and chosen.webhooks.allow_loopback and here.folder is None:
        return warn("webhooks.allow_loopback is on, and the server is public", advice.LOOPBACK, **figures)
    return ok(f"{base_url or 'this machine only'}; the settings say {host}:{chosen.server.port}", **figures)


async def versions(here: Installation) -> Diagnosis:
    """Of Gerai, of what runs it, and of the library that speaks with PostgreSQL."""
    python, libpq = platform.python_version(), _dotted(libpq_version())
    figures = {"gerai": __version__, "python": python, "libpq": libpq, "system": platform.platform()}
    seen = f"Gerai {__version__}, Python {python}, libpq {libpq}"
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return fail(seen, advice.OLD_PROGRAM, **figures)
    return ok(seen, **figures)


def _dotted(version: int) -> str:
    return f"{version // 10_000}.{version % 10_000}"


async def open_files(here: Installation) -> Diagnosis:
    """As many descriptors as the settings want connections. They are those of this process: a server that is started as
    it was has as many."""
    limit, wanted = raised_open_files_limit(), here.settings.server.connections
    possible = int(min(wanted, clients_within(limit)))
    figures = {"limit": None if isinf(limit) else int(limit), "connections": possible, "connections_wanted": wanted}
    files = "any number of" if isinf(limit) else f"{limit:,.0f}"
    seen = f"started like this command, a server process may have {files} files open"
    if possible < wanted:
        return warn(f"{seen}: {possible:,} connections, server.connections is {wanted:,}", advice.OPEN_FILES, **figures)
    return ok(seen, **figures)


async def disk(here: Installation) -> Diagnosis:
    """Room where the data folder and the database lie."""
    places = {place.resolve() for place in (here.folder, here.home) if place is not None and place.exists()}
    if not places and (found := await _server_folder(here)) is not None:
        places = {found}
    if not places and not here.dsn:
        return not_checked(here.missing)
    if not places:
        return not_checked("where this database lies cannot be seen from here: watch the disk of its server")
    free, size, tightest = min(_room(place) for place in places)
    limits = here.thresholds
    figures = {"free_bytes": free, "size_bytes": size, "place": str(tightest)}
    seen = f"{_gigabytes(free)} of {_gigabytes(size)} free at {tightest}"
    if free < limits.disk_fail_bytes:
        return fail(seen, advice.DISK, **figures)
    if free < limits.disk_warn_bytes or free < limits.disk_warn_part * size:
        return warn(seen, advice.DISK, **figures)
    return ok(seen, **figures)


def _room(place: Path) -> tuple[int, int, Path]:
    # Ours may not enter the database's own folder; a parent is on the same disk as a rule.
    while not os.access(place, os.X_OK) and place != place.parent:
        place = place.parent
    room = os.statvfs(place)
    return room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize, place


def _gigabytes(size: int) -> str:
    return f"{size / (1 << 30):,.1f} GB"


async def _server_folder(here: Installation) -> Path | None:
    """Of a server on this machine that lets us know."""
    if not here.dsn:
        return None
    try:
        async with here.asking() as connection:
            local = connection.info.host.startswith("/") or is_loopback(connection.info.host)
            folder = Path(await data_directory(connection))
    except DatabaseError:
        return None
    # The path of a server in a container leads nowhere here.
    return folder if local and folder.parent.exists() else None
