"""The same role has the same file and the same names in every dialect (src/gerai/doors/dialects/README.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gerai.app import DIALECTS
from gerai.doors import dialects

HERE = Path(dialects.__file__ or "").parent
FOLDERS = [dialect.openapi.parent for dialect in DIALECTS if dialect.openapi is not None]

#: File → what it must define at its top.
ROLES: dict[str, tuple[str, ...]] = {
    "__init__.py": ("DIALECT",),
    "auth.py": ("authenticate",),
    "request.py": ("RULES", "IDEMPOTENCY", "read_order"),
    "orders.py": ("create_order",),
    "order_details.py": ("OrderDetails", "details_of"),
    "routes.py": ("ROUTES",),
    "errors.py": ("ERRORS", "refuse"),
    "events.py": ("WEBHOOKS",),
    "keys.py": ("KEYS",),
    "demo.py": ("DEMO",),
    "wire.py": (),
    "openapi.yaml": (),
    "README.md": (),
}
#: Dialects that are not yet in this form. One that is must leave this list.
NOT_YET: set[str] = set()


def _defined(file: Path) -> set[str]:
    """Names a module binds at its top, imported ones included (a long role is spread over several files)."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.ImportFrom(names=imported):
                names |= {alias.asname or alias.name for alias in imported}
            case _:
                pass
    return names


def _place(folder: Path, name: str) -> Path:
    """The file of a role: a module, or a package of its name."""
    package = folder / name.removesuffix(".py") / "__init__.py"
    return package if package.is_file() else folder / name


def missing(folder: Path) -> list[str]:
    """What the table asks for and the folder lacks."""
    found = [name for name in ROLES if not _place(folder, name).is_file()]
    if not any((folder / "golden").glob("*.json")):
        found.append("golden/")
    for name, wanted in ROLES.items():
        if name not in found:
            found += [f"{name}: {one}" for one in wanted if one not in _defined(_place(folder, name))]
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_dialect_has_the_files_of_the_table(folder: Path) -> None:
    """A stranger who knows one door knows all. What is exempt must still need to be."""
    if folder.name in NOT_YET:
        assert missing(folder), f"{folder.name} complies now: take it out of NOT_YET"
    else:
        assert missing(folder) == []


def test_every_further_file_is_in_the_readme() -> None:
    """Files beyond the table are explained in the dialect's own README."""
    for folder in FOLDERS:
        if folder.name not in NOT_YET:
            text = (folder / "README.md").read_text(encoding="utf-8")
            further = {file.name for file in folder.glob("*.py")} - set(ROLES)
            assert {name for name in further if f"`{name}`" not in text} == set(), folder.name


def test_the_readme_lists_the_roles() -> None:
    """The table that people read and the one that the test holds are the same."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    for name, wanted in ROLES.items():
        assert f"| `{name}`" in text, name
        for one in wanted:
            assert f"`{one}" in text, one
