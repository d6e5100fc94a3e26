"""The lock files: exact, complete, and free of any address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9-]+)==([A-Za-z0-9.]+)(; .+)?", line)
        assert match, f"{file}: {line!r} is no exact pin"
        assert match[1] not in found
        found[match[1]] = match[2]
    return found


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-test.lock"])
def test_nothing_but_pins(file: str) -> None:
    """Every line is one exact version: no hash, no option, no address."""
    assert len(pins(file)) > 10


def test_locks_satisfy_the_project() -> None:
    """What pyproject.toml asks for is pinned, in a version it allows; the two files do not overlap."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, extra = pins("requirements.lock"), pins("requirements-test.lock")
    assert set(runtime) & set(extra) == set()
    for wanted, pinned in (
        (project["dependencies"], runtime),
        (project["optional-dependencies"]["test"], runtime | extra),
    ):
        for text in wanted:
            requirement = Requirement(text)
            version = pinned[requirement.name.lower()]
            assert requirement.specifier.contains(version), (
                f"{requirement.name} {version} is not {requirement.specifier}"
            )
