"""Rules of the code that a machine can hold. Every exception stands here with its reason, and must still be needed."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gerai.app import DIALECTS
from gerai.kit.discover import discover

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "gerai"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

#: Where amounts live: no float may come near.
MONEY_LIVES_IN = ("domain", "engine", "doors/dialects", "doors/pay", "partners/payments", "ports")
FLOAT_EXCEPTIONS = {
    "engine/batch_run.py": "seconds of a limit",
    "engine/lane.py": "seconds of a limit",
    "engine/outage.py": "seconds since a failure",
    "engine/readiness.py": "seconds of a limit",
    "doors/dialects/cekceir/placing.py": "seconds of a deadline",
    "doors/dialects/durianpay/charge.py": "seconds of a delay",
    "doors/dialects/scalev/demo/districts.py": "degrees of coordinates",
    "doors/dialects/scalev/wire_catalogue.py": "catalogue prices as JSON numbers, for showing only",
    "engine/batch.py": "seconds of a deadline",
    "engine/core.py": "seconds of a deadline",
    "engine/desk/feed.py": "seconds between looks",
    "engine/directory.py": "seconds since it was confirmed",
    "engine/following.py": "seconds between beats",
    "engine/fulfilment/carry_out.py": "seconds between questions",
    "engine/shipping/places.py": "kilometres between places",
    "engine/maintenance.py": "seconds between looks",
}
#: The command's own modules may import late, so that a short command starts quickly.
LATE_IMPORTS_IN = ("__main__.py", "cli/")
#: Files of the package above 250 lines, with the reason. None of them is ever above 500.
LONG_FILES: dict[str, str] = {}
#: Longer functions, with the reason.
LONG_FUNCTIONS: dict[str, str] = {}
RULE_FILE, LONG_FILE, LONG_FUNCTION, MEDIAN_FILE = 250, 500, 60, 100


def _name(file: Path) -> str:
    return file.relative_to(PACKAGE if file.is_relative_to(PACKAGE) else ROOT).as_posix()


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(_tree(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_import_contracts_hold() -> None:
    """Imports point down, never sideways: every contract of pyproject.toml is kept."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    answer = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "0 broken" in answer.stdout


def test_files_stay_short() -> None:
    """No file of the package above 250 lines, except those named here with the reason, each still needed; no file of
    code or tests above 500 whatever the reason; half of the package's files have at most 100."""
    lengths = {_name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in [*SOURCES, *TESTS]}
    assert {name: length for name, length in lengths.items() if length > LONG_FILE} == {}
    assert {_name(file) for file in SOURCES if lengths[_name(file)] > RULE_FILE} == set(LONG_FILES)
    sizes = [lengths[_name(file)] for file in SOURCES if lengths[_name(file)]]
    assert statistics.median(sizes) <= MEDIAN_FILE


def test_functions_stay_short() -> None:
    """No function of the package above 60 lines, except those named here with the reason."""
    long = {f"{_name(file)}:{node.name}": _lines(node) for file in SOURCES for node in _functions(file)}
    assert {name for name, length in long.items() if length > LONG_FUNCTION} == set(LONG_FUNCTIONS)


def test_imports_stand_at_the_top() -> None:
    """Nothing is imported inside a function: a wish for that means a layer is wrong."""
    found = [
        f"{_name(file)}:{inner.lineno}"
        for file in SOURCES
        if not _name(file).startswith(LATE_IMPORTS_IN)
        for node in _functions(file)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def _floats(file: Path) -> list[int]:
    """Lines with a float literal, a call of float() or round(), or a true division of anything but paths."""
    found: list[int] = []
    for node in ast.walk(_tree(file)):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("float", "round")
        divided = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _is_path(node)
        if literal or call or divided:
            found.append(getattr(node, "lineno", 0))
    return found


def _is_path(node: ast.BinOp) -> bool:
    texts = [inner for inner in ast.walk(node.right) if isinstance(inner, ast.Constant | ast.JoinedStr)]
    return any(isinstance(text, ast.JoinedStr) or isinstance(text.value, str) for text in texts)


def test_no_float_comes_near_money() -> None:
    """Where amounts live there is no float, except in files named here with the reason; each exception is needed."""
    inside = [file for file in SOURCES if _name(file).startswith(MONEY_LIVES_IN)]
    found = {_name(file): lines for file in inside if (lines := _floats(file))}
    assert {name: lines for name, lines in found.items() if name not in FLOAT_EXCEPTIONS} == {}
    assert sorted(set(FLOAT_EXCEPTIONS) - set(found)) == []


def test_the_domain_is_pure() -> None:
    """The domain awaits nothing, reads no clock, file, network or random number: it imports nothing that could."""
    allowed = {"__future__", "re", "decimal", "dataclasses", "datetime", "enum", "typing", "msgspec", "gerai"}
    allowed |= {"collections", "unicodedata"}
    allowed |= {"inspect", "sys"}  # the pages printed from the tables
    for file in SOURCES:
        if not _name(file).startswith("domain/"):
            continue
        for node in ast.walk(_tree(file)):
            assert not isinstance(node, ast.Await | ast.AsyncFunctionDef), f"{_name(file)}:{node.lineno}"
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.partition(".")[0] for name in names} <= allowed, _name(file)


def _docstrings(file: Path) -> set[str]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(_tree(file)) if isinstance(node, owners) and ast.get_docstring(node)]
    return {body[0].value.value for body in bodies}  # type: ignore[attr-defined]


@pytest.mark.parametrize("folder", ["domain", "engine", "store", "ports"])
def test_below_the_doors_nobody_speaks_a_contracts_words(folder: str) -> None:
    """The engine has its own words: no contract's name in code, and nothing of HTTP, below the doors. (Prose may say
    where a rule comes from.)"""
    names = {text.lower() for dialect in DIALECTS for text in (dialect.name, dialect.title)}
    words = (*sorted(names), "dpay_")
    for file in sorted((PACKAGE / folder).rglob("*.py")):
        prose = _docstrings(file)
        for node in ast.walk(_tree(file)):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            text = "" if text in prose else text
            names = f"{getattr(node, 'id', '')} {getattr(node, 'attr', '')} {getattr(node, 'name', '')}"
            assert not [word for word in words if word in f"{text} {names}".lower()], f"{_name(file)}: {text[:80]}"
            imported = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("http", "starlette"))
            assert not imported, _name(file)


@pytest.mark.parametrize(
    "place",
    [
        "app.py", "settings", "merchant_settings.py", "cli", "doors/http", "doors/pay", "engine", "store", "domain",
        "kit", "worker", "metrics",
    ],
)  # fmt: skip
def test_only_plugins_know_what_is_looked_up(place: str) -> None:
    """A lookup's name stands in its own folder, in its port, and in the dialect that needs it, nowhere else: neither in
    code nor in prose nor in SQL."""
    files = [
        file for file in [PACKAGE / place, *(PACKAGE / place).rglob("*")] if file.suffix in (".py", ".sql", ".html")
    ]
    assert files
    words = [*discover("gerai.partners.lookups", "LOOKUP"), "robux"]
    assert words != ["robux"]
    for file in files:
        text = file.read_text(encoding="utf-8").lower()
        assert [word for word in words if word in text] == [], _name(file)


def test_a_lock_names_one_merchant() -> None:
    """Row locks are taken in one module, each statement for exactly one merchant: tables distributed by merchant refuse
    anything else, and one global order is what keeps processes from waiting in a circle. (``torture`` holds locks to be
    in the way.)"""
    holding = {
        _name(file): [text for text in _texts(file) if "FOR UPDATE" in text or "FOR SHARE" in text]
        for file in SOURCES
        if not _name(file).startswith("torture/")
    }
    locking = holding.pop("store/loads.py")
    assert {name: texts for name, texts in holding.items() if texts} == {}
    assert len(locking) >= 5
    assert all("WHERE t.merchant_id = %b" in text and "ORDER BY t." in text for text in locking)


def _texts(file: Path) -> list[str]:
    """Literal texts of a file that are not prose, f-strings with their places left out."""
    prose, found = _docstrings(file), list[str]()
    inside = {id(part) for node in ast.walk(_tree(file)) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(part.value) for part in node.values if isinstance(part, ast.Constant)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            found.append(node.value)
    return [text for text in found if text not in prose]


def test_every_module_says_what_it_is_for() -> None:
    """Every module that holds code begins with a docstring, and postpones annotations."""
    for file in SOURCES:
        if not file.read_text(encoding="utf-8").strip():
            continue
        assert ast.get_docstring(_tree(file)), _name(file)


def test_every_test_states_its_requirement() -> None:
    """Every test function has a docstring."""
    silent = [
        f"{_name(file)}:{node.name}"
        for file in TESTS
        for node in _functions(file)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def _asserts(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a test shows what it holds: an assertion, an expected error, or a helper whose name says it asserts."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("raises", "expect", "run_state_machine_as_test") or name.startswith(("assert_", "check_")):
                return True
    return False


def test_every_test_shows_what_it_asserts() -> None:
    """No test runs code and looks at nothing; a helper that asserts is named for it."""
    blind = [
        f"{_name(file)}:{node.name}"
        for file in TESTS
        for node in _functions(file)
        if node.name.startswith("test_") and not _asserts(node)
    ]
    assert blind == []


def test_nothing_is_left_for_later() -> None:
    """No TODO, no NotImplementedError, no bare `noqa` or `type: ignore`, no sleep-and-hope in the package."""
    for file in SOURCES:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{_name(file)}:{number}"
            assert not any(word in line for word in ("TODO", "FIXME", "XXX", "NotImplementedError")), where
            assert not line.rstrip().endswith(("# noqa", "# type: ignore", "# pyright: ignore")), where


def test_every_test_file_has_a_name_of_its_own() -> None:
    """Two files of one name cannot be collected in one run, though each runs by itself."""
    names = Counter(path.name for path in TESTS if path.name.startswith("test_"))
    assert [name for name, files in names.items() if files > 1] == []
