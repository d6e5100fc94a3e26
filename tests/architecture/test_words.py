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
