"""The wheel: complete, described, and able to run without a checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "gerai"
#: Beside the code itself: what the package reads or runs as files.
SUFFIXES = {".sql", ".csv", ".md", ".yaml", ".json", ".html", ".css", ".js", ".svg", ".typ", ".typed"}
PIP = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--quiet"]


def run(*command: str | Path, cwd: Path) -> str:
    """Runs a command that must succeed. Returns what it printed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the setuptools installed here from a copy: building writes beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    command = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), "."]
    run(*PIP, *command, cwd=source)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment that holds the wheel; its dependencies are those of the environment the tests run in."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    python = environment / "bin" / "python"
    run(*PIP, "--python", str(python), "install", "--no-index", "--no-deps", str(wheel), cwd=environment)
    folder = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=environment).strip()
    paths = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    Path(folder, "dependencies.pth").write_text("".join(f"{path}\n" for path in sorted(paths)), encoding="utf-8")
    return environment


def described(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_every_file_of_the_package_is_inside(wheel: Path) -> None:
    """Code, templates, contracts, migrations, pictures and the mark of a typed package: what src/gerai holds, the wheel
    holds, byte for byte. (Golden recordings are test data and may be left out.)"""
    wanted = [
        file
        for file in PACKAGE.rglob("*")
        if file.is_file() and "golden" not in file.parts and "__pycache__" not in file.parts
    ]
    assert {file.suffix for file in wanted} - {".py"} <= SUFFIXES
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        missing = [name for file in wanted if (name := file.relative_to(ROOT / "src").as_posix()) not in names]
        assert missing == []
        assert [
            file for file in wanted if archive.read(file.relative_to(ROOT / "src").as_posix()) != file.read_bytes()
        ] == []
    assert {"gerai/py.typed", "gerai/store/schema.sql"} <= names
    assert {name.partition("/")[0] for name in names} == {"gerai", f"{wheel.name.split('-py3')[0]}.dist-info"}


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    """Name, licence and its texts, authors, keywords; the oldest Python it names is the oldest it accepts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = described(wheel)
    assert (about["Name"], about["Version"], about["License-Expression"]) == ("gerai", project["version"], "Apache-2.0")
    assert (about["Author"], about.get_all("License-File")) == ("Gerai contributors", ["LICENSE", "NOTICE"])
    assert "qris" in about["Keywords"].split(",")
    prefix = "Programming Language :: Python :: "
    named = [text.removeprefix(prefix) for text in about.get_all("Classifier", []) if text.startswith(f"{prefix}3.")]
    assert about["Requires-Python"] == f">={named[0]}"


def test_it_runs_without_a_checkout(installed: Path, tmp_path: Path) -> None:
    """Installed in a fresh environment, `gerai --help` answers, it is the wheel's package that runs, and its data files
    are found."""
    gerai, python = installed / "bin" / "gerai", installed / "bin" / "python"
    assert "Gerai: one order engine behind many counters." in " ".join(
        run(gerai, "--help", cwd=tmp_path).replace("│", " ").split()
    )
    where = run(python, "-P", "-c", "import gerai; print(gerai.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed)
    assert run(gerai, "settings", cwd=tmp_path) == (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    code = "from gerai.doors.pay import assets; from gerai.store import migrate; print(len(assets.ASSETS))"
    assert int(run(python, "-P", "-c", code, cwd=tmp_path)) >= 2


def test_it_says_when_a_command_needs_a_checkout(installed: Path, tmp_path: Path) -> None:
    """A developer's command that was started without a checkout ends with 2 and says where it works."""
    command = [installed / "bin" / "gerai", "check-code"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "this command works on a checkout" in done.stderr
