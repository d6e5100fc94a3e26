"""What is wrong with a form is said in Indonesian to who reads Indonesian."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gerai
from gerai.domain import refusals as r
from gerai.engine.desk.fault_words import in_indonesian
from gerai.engine.desk.refusal_words import sentence

ROOT = Path(gerai.__file__).parent
#: Where acts find their faults.
PLACES = (
    "engine",
    "domain",
    "doors/console",
    *(f"doors/dialects/{one.name}/desk" for one in (ROOT / "doors/dialects").iterdir()),
)


def sentences(node: ast.AST, known: dict[str, list[ast.AST]]) -> Iterator[str]:
    """What an expression may say, with ``7`` for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from sentences(one, known)
            yield from sentences(other, known)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for begin in sentences(left, known):
                yield from (begin + end for end in sentences(right, known))
        case ast.Name(id=name):
            for value in known.get(name, []):
                yield from sentences(value, {})
        case _:
            return


def faults_in(path: Path) -> Iterator[str]:
    """The sentences that a module raises InputInvalid with."""
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        known: dict[str, list[ast.AST]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        known.setdefault(target.id, []).append(node.value)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InputInvalid":
                lists = [one for one in ast.walk(node) if isinstance(one, ast.List)]
                yield from (text for one in lists for part in one.elts for text in sentences(part, known))


def test_every_fault_of_an_act_has_indonesian_words() -> None:
    """Each sentence that the engine raises under a field is known to the words of pages and files."""
    found = {text for place in PLACES for path in (ROOT / place).rglob("*.py") for text in faults_in(path)}
    # Of which things there are none, an act says by name.
    found = {text.replace("there is no 7 7", "there is no product 7") for text in found}
    assert len(found) > 120
    silent = sorted(text for text in found if in_indonesian(text) == text)
    assert silent == []


@pytest.mark.parametrize(
    ("english", "indonesian"),
    [
        ("there is no store 12, 13", "tidak ada toko 12, 13"),
        ("line 3: per_kg: is required", "baris 3, per_kg: wajib diisi"), ("reason: is required", "reason: wajib diisi"),
        ("10 can be moved: 3 are promised to open orders", "yang bisa dipindahkan: 10"),
        ("nothing here is called Topi", "tidak ada yang bernama Topi"),
        ("several are called A: A · M (#3), A · L (#4)", "ada beberapa bernama A: A · M (#3), A · L (#4)"),
        ("an amount is at most Rp100.000.000.000", "paling banyak Rp100.000.000.000"),
        ("it is larger than 512 KiB", "lebih besar dari 512 KiB"),
        ("BANKKU is none of BCA, BRI", "BANKKU tidak dikenal; salah satu dari BCA, BRI"),
        ("no such counter: toko; one of scalev", "toko tidak dikenal; pilihannya scalev"),
    ],
)  # fmt: skip
def test_names_and_figures_stay(english: str, indonesian: str) -> None:
    """What was filled in stands in the translated sentence, too."""
    assert in_indonesian(english) == indonesian


@pytest.mark.parametrize(
    "refusal",
    [
        r.AmountOutOfRange(given_sen=1, minimum_sen=100, maximum_sen=200), r.ItemClosed("Kaos", "closed"),
        r.QuantityOutOfRange("Kaos", 5, minimum=1, maximum=3), r.NothingToShip("A-1"), r.RefundTooLarge(100, 0),
        r.PartnerUnavailable("midtrans"), r.PermissionMissing("merchant.open"),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_a_refusal_without_fields_too(refusal: r.Refusal) -> None:
    """What stands above a form is in Indonesian as well."""
    assert in_indonesian(sentence(refusal)) != sentence(refusal)
