"""Where a view or an act is found, below the address of a face."""

from __future__ import annotations

from gerai.engine.desk.importing import Import
from gerai.engine.desk.registry import Act, View


def view_path(view: View) -> str:
    """``/products`` (a page of them), ``/products/{id}`` (one), ``/wallets/statement`` (another word)."""
    things, _, word = view.name.partition(".")
    return f"/{things}" + {"list": "", "show": "/{id}"}.get(word, f"/{word}")


def act_path(act: Act) -> str:
    """``/acts/products.add``."""
    return f"/acts/{act.name}"


def import_path(one: Import) -> str:
    """``/imports/products``."""
    return f"/imports/{one.things}"
