"""Where things of the registry stand in the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.registry import views

#: The groups of the menu, and what stands in each before anything else there; what none names stands under settings.
_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "orders": ("orders", "events"),
    "money": (
        "waiting",
        "payments",
        "proofs",
        "arrivals",
        "notices",
        "refunds",
        "topups",
        "payouts",
        "expected_payouts",
        "expected_payments",
        "wallets",
    ),
    "customers": ("members",),
    "catalogue": (
        "products",
        "variants",
        "bundles",
        "price_options",
        "services",
        "service_types",
        "stores",
        "stock",
        "articles",
        "code_pools",
        "codes",
        "files",
    ),
    "shipping": ("shipments", "warehouses", "couriers", "rates", "locations"),
    "developers": ("keys", "webhooks", "deliveries"),
    "reports": ("reports", "books", "book_faults"),
    "settings": (),
}
#: Things without a list, and the view whose page stands for them.
_PAGES: Final = {"reports": "reports.sales"}
#: Those of the bar at the foot of a phone; the rest stands behind "more".
TABS: Final = ("orders", "money", "catalogue")


@dataclass(frozen=True)
class MenuItem:
    """A list that the person may see."""

    things: str
    title: str
    url: str


@dataclass(frozen=True)
class MenuGroup:
    """Lists of one subject."""

    name: str
    items: list[MenuItem]


def menu_of(desk: AtDesk, words: DeskWords) -> list[MenuGroup]:
    """What the person may see, in groups; empty ones are left out."""
    items: dict[str, list[MenuItem]] = {group: [] for group in _GROUPS}
    found = {view.name.partition(".")[0]: view for view in views().values() if view.name.endswith(".list")}
    for things, view in found.items():
        if desk.may(view.permission):
            item = MenuItem(things, words.of(view.title), f"{desk.base}/{things}")
            items[group_of(things)].append(item)
    for things, name in _PAGES.items():
        if name in views() and desk.may(views()[name].permission):
            item = MenuItem(things, words(f"menu.{things}"), f"{desk.base}/{things}")
            items[group_of(things)].append(item)
    order = {things: n for group in _GROUPS.values() for n, things in enumerate(group)}
    every = [MenuGroup(name, sorted(of, key=lambda i: order.get(i.things, 99))) for name, of in items.items()]
    return [group for group in every if group.items]


def group_of(things: str) -> str:
    """The group that things stand in."""
    return next((group for group, named in _GROUPS.items() if things in named), "settings")
