"""Finds plug-ins: every folder below a package is one, and must introduce itself with a descriptor."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any


class PluginBroken(Exception):
    """A plug-in folder has no ``__init__.py``, or its package does not define the descriptor. Start must stop."""


def discover(package: str, attribute: str) -> dict[str, Any]:
    """The descriptors of all plug-ins of a package, by folder name, in name order.

    ``package`` is a dotted name (``gerai.partners.payments``); ``attribute`` is what every plug-in's package must
    define (``METHOD``, ``DIALECT``, ``PROVIDER`` …). Folders whose names begin with ``_`` or ``.`` are not plug-ins.
    PluginBroken names the folder that does not introduce itself; an import error of a plug-in is passed on.
    """
    found: dict[str, Any] = {}
    for folder in _folders(package):
        if not (folder / "__init__.py").is_file():
            raise PluginBroken(f"{folder} is no package: add an __init__.py that defines {attribute}")
        module = import_module(f"{package}.{folder.name}")
        descriptor = getattr(module, attribute, None)
        if descriptor is None:
            raise PluginBroken(f"{package}.{folder.name} does not define {attribute}")
        found[folder.name] = descriptor
    return found


def discover_modules(package: str, attribute: str) -> dict[str, Any]:
    """What each module of a package defines under this name, by the module's name, in order.

    PluginBroken names the module that does not define it; an import error of one is passed on.
    """
    found: dict[str, Any] = {}
    for name in sorted(module.name for module in iter_modules(import_module(package).__path__)):
        defined = getattr(import_module(f"{package}.{name}"), attribute, None)
        if defined is None:
            raise PluginBroken(f"{package}.{name} does not define {attribute}")
        found[name] = defined
    return found


def discover_inner(package: str, inner: str, attribute: str, *others: str) -> dict[str, Any]:
    """What the modules of a package named ``inner`` inside of each plug-in define under this name, by
    ``plugin.module``; plug-ins without such a package are left out, and so are modules that define one of the
    ``others``. PluginBroken names a module that defines none of them."""
    found: dict[str, Any] = {}
    for folder in _folders(package):
        if not (folder / inner / "__init__.py").is_file():
            continue
        modules = import_module(f"{package}.{folder.name}.{inner}")
        for name in sorted(module.name for module in iter_modules(modules.__path__)):
            module = import_module(f"{modules.__name__}.{name}")
            if (defined := getattr(module, attribute, None)) is not None:
                found[f"{folder.name}.{name}"] = defined
            elif not any(hasattr(module, other) for other in others):
                raise PluginBroken(f"{module.__name__} defines neither {attribute} nor {' nor '.join(others)}")
    return found


def plugin_names(package: str) -> list[str]:
    """The folder names of all plug-ins of a package, in order; none of them is imported."""
    return [folder.name for folder in _folders(package)]


def _folders(package: str) -> list[Path]:
    roots = [Path(root) for root in import_module(package).__path__]
    children = [child for root in roots for child in root.iterdir()]
    return sorted(child for child in children if child.is_dir() and child.name[0] not in "_.")
