"""What production has too, and who changes it: a key of the sandbox is an integrator's, and what it does is play."""

from __future__ import annotations

from typing import Final, Literal

from gerai.domain.permissions import Permission
from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import Actor
from gerai.engine.desk.house import Within

#: ``here``: of the environment alone. ``shop``: the shop itself, in both. ``catalogue``: what it sells, in both.
Concerns = Literal["here", "shop", "catalogue"]
_SHOP: Final[frozenset[Permission]] = frozenset({"settings:write", "people:manage"})
_CATALOGUE: Final[Permission] = "catalogue:write"
#: Where buyers are led to, and how they pay, is no product.
_STORES: Final = "stores"


def concerns_of(name: str, permission: Permission, *, here: bool) -> Concerns:
    """What an act or import of this ``<things>.<verb>`` changes. ``here``: it says that it keeps to its environment."""
    if here:
        return "here"
    if permission in _SHOP or name.split(".", maxsplit=1)[0] == _STORES:
        return "shop"
    return "catalogue" if permission == _CATALOGUE else "here"


def require_own_environment(concerns: Concerns, within: Within, actor: Actor) -> None:
    """Refuses InputInvalid to a key of the sandbox: what it changes is the shop's itself; or it is what the shop sells,
    and there is a production key, so that somebody may buy it. People have both environments, wherever they stand."""
    if concerns == "here" or within.environment != "sandbox" or actor.kind != "key":
        return
    if concerns == "shop" or within.engine.directory.is_in_production(within.merchant_id):
        raise InputInvalid({"environment": ["production has this, too: a key of the sandbox does not change it"]})
