"""One word for one thing: the glossary names what exists, and no two public classes share a name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "gerai"
GLOSSARY = Path(__file__).parents[2] / "docs" / "reference" / "glossary.md"
#: Folders whose members are alternatives of one another: the same role has the same name in each of them.
PLUG_INS = ("doors/dialects", "partners/payments", "partners/fulfilment")
#: Code returns, raises, states and notifies; only people and servers talk. A clause without a subject of its own speaks
#: of the documented thing, so none begins with these verbs; and nobody is told of anything, or hears of it.
SPEECH = re.compile(r"(?:^|(?:[.;:]|, and|,)\s+)(?:answers?|tells?|says?)\b|\b(?:told|hears?)\b", re.I)


def _owner(file: Path) -> str:
    """The plug-in folder a file belongs to, or an empty string."""
    relative = file.relative_to(SRC).as_posix()
    for folder in PLUG_INS:
        if relative.startswith(f"{folder}/") and relative.count("/") > folder.count("/") + 1:
            return "/".join(relative.split("/")[: folder.count("/") + 2])
    return ""


def _public_classes() -> dict[str, list[tuple[str, str]]]:
    """Name → (plug-in, file) of each public class."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file in sorted(SRC.rglob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append((_owner(file), file.relative_to(SRC).as_posix()))
    return found


def test_no_two_public_classes_share_a_name() -> None:
    """A class's name says which one is meant, anywhere. Only siblings among plug-ins may share names: theirs are the
    same role played by different folders, and none of them may have a name that stands outside."""
    shared = {
        name: [file for _, file in places]
        for name, places in _public_classes().items()
        if len(places) > 1 and not (all(owner for owner, _ in places) and len({o for o, _ in places}) == len(places))
    }
    assert shared == {}


def test_the_glossary_names_what_exists() -> None:
    """Every code word of the glossary's second column is a name in the source."""
    source = "\n".join(file.read_text(encoding="utf-8") for file in SRC.rglob("*.py"))
    rows = [line.split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    words = [word for cells in rows if len(cells) > 3 for word in re.findall(r"`(\w+)`", cells[2])]
    assert len(words) > 50
    assert [word for word in words if not re.search(rf"\b{word}\b", source)] == []


def test_courier_means_parcels() -> None:
    """No class of the worker or of webhooks is called a courier."""
    named = [file for name, places in _public_classes().items() if "Courier" in name for _, file in places]
    assert [file for file in named if "webhook" in file or file.startswith("worker/")] == []


def _printed_by_help(node: ast.AST) -> bool:
    """Whether a docstring is the text of ``--help``, which is for people."""
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(d, ast.Call) and ast.unparse(d.func).endswith(".command") for d in decorators)


def _speaking(source: str) -> list[str]:
    """The docstrings in which code talks: ``name: words``."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and not _printed_by_help(node) and (text := ast.get_docstring(node)):
            found += [f"{getattr(node, 'name', 'module')}: {hit.group().strip()}" for hit in SPEECH.finditer(text)]
    return found


def test_docstrings_say_returns_and_raises() -> None:
    """No docstring lets code answer, tell, say or hear: it returns, raises, states, notifies."""
    found = {
        file.relative_to(SRC).as_posix(): spoken
        for file in sorted(SRC.rglob("*.py"))
        if (spoken := _speaking(file.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_rule_on_docstrings_finds_them() -> None:
    """Verbs at the head of a clause and listeners are found; a partner's answer and what a command prints are not."""
    assert _speaking('def count():\n    """Delete them; answers how many."""') == ["count: ; answers"]
    assert _speaking('def store():\n    """Store it, and answers its id."""') == ["store: , and answers"]
    assert _speaking('def f():\n    """Do it.\n\n    The caller is told."""') == ["f: told"]
    assert _speaking('class Part:\n    """It hears of changes."""') == ["Part: hears"]
    assert _speaking('def wait():\n    """Wait until the server answers; the answer is read."""') == []
    assert _speaking('@app.command("tell")\ndef add():\n    """Tell an address what happens."""') == []
