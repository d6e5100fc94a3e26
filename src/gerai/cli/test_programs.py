"""Programs beside Python that some tests need: a browser, nginx, Caddy; found, or fetched by their names in Debian.

Chromium is installed. The proxies are only unpacked, into the environment we run in: their packages would start a
server on port 80 of a developer's machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from gerai.cli.terminal import console

CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
#: Each is the name of its package, its program and its pytest marker.
PROXIES: Final = ("nginx", "caddy")
_VERSION: Final = {"nginx": "-v", "caddy": "version"}
_UNPACKED: Final = Path(sys.prefix) / "programs"
_FOLDERS: Final = ("usr/sbin", "usr/bin")


def what_is_missing() -> dict[str, str]:
    """Pytest markers whose tests cannot run here, each with the reason, after fetching what we may."""
    reasons = {"browser": _browser_missing()} | {name: _proxy_missing(name) for name in PROXIES}
    return {marker: reason for marker, reason in reasons.items() if reason}


def proxy_program(name: str) -> Path | None:
    """The program of this name: the machine's own, or the unpacked one."""
    # A user's PATH leaves the folder of servers out.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *(str(_UNPACKED / part) for part in _FOLDERS)])
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def _browser_missing() -> str:
    """Why browser tests cannot run here; empty when they can."""
    if any(map(shutil.which, CHROMIUM_NAMES)):
        return ""
    if shutil.which("apt-get") is None:
        return "no chromium here, and no apt-get to install it with"
    if os.geteuid() != 0:
        return "no chromium here, and only root may install it: apt-get install chromium"
    error = _apt(["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"])
    if any(map(shutil.which, CHROMIUM_NAMES)):
        return ""
    return f"apt-get could not install chromium: {error}"


def _proxy_missing(name: str) -> str:
    """Why tests with this proxy cannot run here; empty when they can."""
    if proxy_program(name):
        return ""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return f"no {name} here, and no apt-get to fetch it with"
    with tempfile.TemporaryDirectory() as folder:
        # Only root may renew the lists; whoever has old ones tries those.
        error = _apt(*([["update", "-q"]] if os.geteuid() == 0 else []), ["download", "-q", name], folder=folder)
        for package in Path(folder).glob("*.deb"):
            _UNPACKED.mkdir(exist_ok=True)
            command = ["dpkg-deb", "--extract", str(package), str(_UNPACKED)]
            error = subprocess.run(command, capture_output=True, text=True, check=False).stderr.strip()
    if (program := proxy_program(name)) is None:
        return f"apt-get could not fetch {name}: {error}"
    answer = subprocess.run([program, _VERSION[name]], capture_output=True, text=True, check=False)
    return "" if answer.returncode == 0 else f"{name} does not start here: {answer.stderr.strip()}"


def _apt(*calls: list[str], folder: str | None = None) -> str:
    """Run apt-get, one call after the other. Returns the last line of what went wrong at last."""
    environment, error = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, ""
    for arguments in calls:
        with console.status(f"apt-get {arguments[0]} …"):
            answer = subprocess.run(
                ["apt-get", *arguments], env=environment, cwd=folder, capture_output=True, text=True, check=False
            )
        error = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
    return error
