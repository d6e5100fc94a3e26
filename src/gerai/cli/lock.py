"""`gerai lock`: write both lock files anew from pyproject.toml."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gerai.cli.checkout import checkout
from gerai.cli.terminal import console, fail

_HEADING: Final = """\
# Exact versions, each with the hashes of all files of its release; written by `./gerai lock` from pyproject.toml.
"""
#: Packages that some platforms do not have.
_MARKERS: Final = {"uvloop": '; sys_platform != "win32"'}


@dataclass(frozen=True)
class Pin:
    """One exact version and the SHA-256 hashes of all files of its release: the lock is used on other machines than the
    one that writes it."""

    name: str
    version: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        first = f"{self.name}=={self.version}{_MARKERS.get(self.name, '')}"
        return " \\\n".join([first, *(f"    --hash=sha256:{digest}" for digest in self.hashes)]) + "\n"


def lock() -> None:
    """Resolve the newest versions pyproject.toml allows and pin them, with hashes (for maintainers)."""
    root = checkout()
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with console.status("resolving …"):
        runtime = resolve(project["dependencies"])
        # The tests use the other extras, too.
        extras: dict[str, list[str]] = project["optional-dependencies"]
        everything = resolve([*project["dependencies"], *(one for extra in extras.values() for one in extra)])
    if changed := [name for name in runtime if everything.get(name) != runtime[name]]:
        fail(f"the test packages would change the version of {', '.join(changed)}")
    extra = {name: pin for name, pin in everything.items() if name not in runtime}
    for file, pins in (("requirements.lock", runtime), ("requirements-test.lock", extra)):
        lines = [str(pin) for _, pin in sorted(pins.items())]
        (root / file).write_text(_HEADING + "".join(lines), encoding="utf-8")
        console.line(f"{file}: {len(lines)} packages")


def resolve(requirements: list[str]) -> dict[str, Pin]:
    """Returns the newest versions that pip finds for these requirements, by name. Fails when pip does, when a release
    has no hash, or when two indexes offer different files under one name."""
    with tempfile.TemporaryDirectory() as folder:
        notes, report = Path(folder, "notes.json"), Path(folder, "report.json")
        command = [sys.executable, "-P", "-m", "gerai.cli.noting_pip", str(notes)]
        command += ["install", "--dry-run", "--ignore-installed", "--quiet", "--report", str(report)]
        answer = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False)
        if answer.returncode:
            fail("pip found no answer:", then=answer.stderr.strip().splitlines())
        chosen: list[dict[str, Any]] = [item["metadata"] for item in json.loads(report.read_bytes())["install"]]
        files: dict[str, list[str]] = json.loads(notes.read_bytes())
    return _with_hashes({_canonical(item["name"]): item["version"] for item in chosen}, files)


def _with_hashes(versions: dict[str, str], files: dict[str, list[str]]) -> dict[str, Pin]:
    found = {name: list[str]() for name in versions}
    for file, hashes in files.items():
        name, version = _release(file)
        if versions.get(name) != version:
            continue
        # One name, two contents: a lock must not choose between them.
        if len(hashes) > 1:
            fail(f"pip's indexes offer different files named {file}")
        found[name] += hashes
    if bare := [f"{name} {versions[name]}" for name, hashes in found.items() if not hashes]:
        fail(f"no index gives a SHA-256 hash of {', '.join(bare)}")
    return {name: Pin(name, versions[name], tuple(sorted(hashes))) for name, hashes in found.items()}


def _release(file: str) -> tuple[str, str]:
    """Returns the name and version that the name of a wheel or a source archive holds."""
    if file.endswith(".whl"):
        name, _, rest = file.partition("-")
        return _canonical(name), rest.partition("-")[0]
    name, _, version = file.removesuffix(".tar.gz").removesuffix(".zip").rpartition("-")
    return _canonical(name), version


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
