"""What places an order of something at a door, with a key: to be tried by whoever has just made one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec


class ParcelForSale(NamedTuple):
    """How goods are sent to a buyer: where to, from where and by whom, by their ids and public names, and what that
    costs."""

    location_id: int
    postal_code: str
    warehouse: str
    courier_service_id: int
    cost_sen: int


class ForSale(NamedTuple):
    """Something that a shop sells, as its doors name it. Goods have ``store`` and ``variant``, their public names,
    ``method``, a way in which that store is paid, and ``parcel`` where they are sent; a service has ``service``, its
    code, and ``data``, what an order of it may hold; ``own``: what a counter sells of itself, by its name."""

    name: str
    price_sen: int
    store: str = ""
    variant: str = ""
    method: str = ""
    service: str = ""
    data: Mapping[str, Any] | None = None
    parcel: ParcelForSale | None = None
    own: str = ""


class SampleOrder(msgspec.Struct, frozen=True):
    """A request (POST, JSON) that places an order: its path, what goes into its headers beside the type, its body.
    ``from_wallet``: it is paid from the wallet of the key's member."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    from_wallet: bool = False


#: The door's request for one of these with this key; None: it does not sell such a thing.
MakeSample = Callable[[ForSale, str], SampleOrder | None]
