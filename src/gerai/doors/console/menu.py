"""The menu: few pages in groups, and beneath each the lists that its tabs lead to. What no page names is found under
the services, or under the settings, by what it takes to see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.registry import View, views

#: The groups of the menu, the pages in each, and what each page's tabs lead to, itself among them.
_GROUPS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "orders": {"orders": ("orders",)},
    "money": {
        "waiting": ("waiting",),
        "payments": ("payments", "topups", "refunds", "payouts", "expected_payouts", "expected_payments"),
        "arrivals": ("arrivals", "proofs", "notices"),
    },
    "customers": {"members": ("members", "wallets")},
    "catalogue": {
        "products": ("products", "variants", "bundles", "stock"),
        "services": ("services", "service_types"),
        "code_pools": ("code_pools", "codes", "files"),
        "stores": ("stores", "articles"),
    },
    "shipping": {"couriers": ("couriers", "rates", "warehouses", "locations")},
    "reports": {"reports": ("reports",), "books": ("books", "book_faults")},
    "developers": {"keys": ("keys",), "webhooks": ("webhooks", "deliveries")},
    "settings": {
        "settings": ("settings", "saved_views", "audit", "clock", "merchants"),
        "methods": ("methods", "accounts", "gateways"),
        "people": ("people", "invites"),
    },
}
#: Where what none of them names is found, by the permission to see it; and anything else.
_REST: Final = {"catalogue:read": "services"}
_LAST: Final = "settings"
#: What has no list and belongs to what has one: seen alone, or done alone.
_PARTS: Final = {"price_options": "bundles", "shipping": "rates"}
#: Things without a list, and the view whose page stands for them.
_PAGES: Final = {"reports": "reports.sales"}
#: Those of the bar at the foot of a phone; the rest stands behind "more".
TABS: Final = ("orders", "money", "catalogue")
#: Fewer letters would find everything.
_FEWEST: Final = 3


@dataclass(frozen=True)
class MenuItem:
    """A page that the person may see. ``things``: of the page; ``tabs``: what it leads to, where there are several."""

    things: str
    title: str
    url: str
    tabs: tuple[MenuItem, ...] = ()

    def holds(self, things: str) -> bool:
        """Whether these things are seen there."""
        return things == self.things or any(tab.things == things for tab in self.tabs)


@dataclass(frozen=True)
class MenuGroup:
    """Pages of one subject."""

    name: str
    items: list[MenuItem]


def menu_of(desk: AtDesk, words: DeskWords) -> list[MenuGroup]:
    """What the person may see, in groups; empty ones are left out. A page whose own list they may not see leads to the
    first that they may."""
    found: list[MenuGroup] = []
    for name, pages in _GROUPS.items():
        items = [item for page, lists in pages.items() if (item := _item(desk, words, page, lists)) is not None]
        if items:
            found.append(MenuGroup(name, items))
    return found


def _item(desk: AtDesk, words: DeskWords, page: str, lists: tuple[str, ...]) -> MenuItem | None:
    every = (*lists, *(things for things in _unnamed() if _rest_of(things) == page))
    tabs = [
        MenuItem(things, _title(words, "tab", things, view), f"{desk.base}/{things}")
        for things in every
        if (view := _view(things)) is not None and desk.may(view.permission)
    ]
    if not tabs:
        return None
    first = _view(page)
    title = tabs[0].title if first is None else _title(words, "page", page, first)
    return MenuItem(tabs[0].things, title, tabs[0].url, tuple(tabs) if len(tabs) > 1 else ())


def _title(words: DeskWords, kind: str, things: str, view: View) -> str:
    """What a page is called in the menu, or a list among tabs: as the list itself, unless that says too little."""
    return words(f"{kind}.{things}") if words.knows(kind, things) else words.of(view.title)


def _view(things: str) -> View | None:
    return views().get(_PAGES.get(things, f"{things}.list"))


def _unnamed() -> list[str]:
    """The lists that no page names: those of a counter alone, and whatever comes."""
    named = {things for pages in _GROUPS.values() for lists in pages.values() for things in lists}
    return [
        name.partition(".")[0] for name in views() if name.endswith(".list") and name.partition(".")[0] not in named
    ]


def _rest_of(things: str) -> str:
    view = _view(things)
    return _LAST if view is None else _REST.get(view.permission, _LAST)


def page_of(things: str) -> str:
    """The page of the menu that things are seen on."""
    whole = _PARTS.get(things, things)
    named = (page for pages in _GROUPS.values() for page, lists in pages.items() if whole in lists)
    return next(named, _rest_of(whole))


def group_of(things: str) -> str:
    """The group that things stand in."""
    page = page_of(things)
    return next(group for group, pages in _GROUPS.items() if page in pages)


def tabs_of(menu: list[MenuGroup], things: str) -> tuple[MenuItem, ...]:
    """The tabs above a list; none where it stands alone."""
    items = (item for group in menu for item in group.items if item.holds(things))
    return next((item.tabs for item in items), ())


def pages_found(menu: list[MenuGroup], text: str) -> list[MenuItem]:
    """The lists whose name has this in it."""
    wanted = text.casefold().strip()
    if len(wanted) < _FEWEST:
        return []
    every = [one for group in menu for item in group.items for one in (item.tabs or (item,))]
    return [one for one in every if wanted in one.title.casefold()]
