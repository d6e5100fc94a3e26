"""`gerai lock`: write both lock files anew from pyproject.toml."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from typing import Any, Final

from gerai.cli.checkout import checkout
from gerai.cli.terminal import console, fail

_HEADING: Final = "# Exact versions, written by `./gerai lock` from pyproject.toml.\n"
#: Packages that some platforms do not have.
_MARKERS: Final = {"uvloop": '; sys_platform != "win32"'}


def lock() -> None:
    """Resolve the newest versions pyproject.toml allows and pin them (for maintainers)."""
    root = checkout()
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with console.status("resolving …"):
        runtime = _resolve(project["dependencies"])
        everything = _resolve(project["dependencies"] + project["optional-dependencies"]["test"])
    if changed := [name for name in runtime if everything.get(name) != runtime[name]]:
        fail(f"the test packages would change the version of {', '.join(changed)}")
    extra = {name: version for name, version in everything.items() if name not in runtime}
    for file, pins in (("requirements.lock", runtime), ("requirements-test.lock", extra)):
        lines = [f"{name}=={version}{_MARKERS.get(name, '')}\n" for name, version in sorted(pins.items())]
        (root / file).write_text(_HEADING + "".join(lines), encoding="utf-8")
        console.print(f"{file}: {len(lines)} packages")


def _resolve(requirements: list[str]) -> dict[str, str]:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    answer = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False)
    if answer.returncode:
        fail(answer.stderr.strip())
    report: dict[str, Any] = json.loads(answer.stdout)
    found = [item["metadata"] for item in report["install"]]
    return {item["name"].lower().replace("_", "-"): item["version"] for item in found}
