"""What places an order of something at a door, with a key: to be tried by whoever has just made one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec


class ForSale(NamedTuple):
    """Something that a shop sells, as its doors name it. Goods have ``store`` and ``variant``, their public names, and
    ``method``, a way in which that store is paid; a service has ``service``, its code, and ``data``, what an order of
    it may hold."""

    name: str
    price_sen: int
    store: str = ""
    variant: str = ""
    method: str = ""
    service: str = ""
    data: Mapping[str, Any] | None = None


class SampleOrder(msgspec.Struct, frozen=True):
    """A request (POST, JSON) that places an order: its path, what goes into its headers beside the type, its body."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


#: The door's request for one of these with this key; None: it does not sell such a thing.
MakeSample = Callable[[ForSale, str], SampleOrder | None]
