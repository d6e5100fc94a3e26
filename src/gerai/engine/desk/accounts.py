"""What acts about ways to be paid share: what a method or a gateway asks, as fields and in its own names."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import acting_now
from gerai.engine.desk.fields import END, words
from gerai.engine.desk.house import Within
from gerai.kit.closest import not_known
from gerai.ports.payments import PaymentMethod

Said = Annotated[str, Meta(max_length=512)]
Pair = Annotated[str, Meta(max_length=600, pattern=r"^[a-z][a-z0-9_]*=[^\n]*" + END)]
Pairs = Annotated[tuple[Pair, ...], Meta(max_length=20)]
MORE: Final = words("Lainnya: nama=nilai", "Anything else: name=value", ("name=value",))

SETTLES: Final = words(
    "Cair ke rekening Anda (workdays=1 cutoff=15:00)", "Reaches your bank (workdays=1 cutoff=15:00)", "workdays=1"
)


def method_of(within: Within, name: str) -> PaymentMethod:
    """The method of an account of the shop's own. Refuses InputInvalid: there is none, or it needs a gateway."""
    own = {known: method for known, method in within.house.payment_methods.items() if method.own_account}
    found = own.get(name)
    if found is None:
        raise InputInvalid({"method": [not_known("method with an account of your own", name, own, listed=len(own))]})
    return found


def asked_of(given: msgspec.Struct, besides: frozenset[str], more: tuple[str, ...]) -> dict[str, str]:
    """What was said, by the names that are asked: the fields that are filled, ``besides`` left out, and ``more``.
    Refuses InputInvalid: a name is said twice."""
    said = {
        name: value
        for name in given.__struct_fields__
        if name not in besides and isinstance(value := getattr(given, name), str) and value.strip()
    }
    for one in more:
        name, _, value = one.partition("=")
        if name in said:
            raise InputInvalid({"more": [f"{name} is said twice"]})
        said[name] = value
    return said


def by_operator() -> bool:
    """Whether whoever acts sits at the terminal of this machine."""
    act = acting_now()
    return act is not None and act.actor.kind == "operator"


def by_whom() -> str:
    """Who acts, as records keep it."""
    act = acting_now()
    return "" if act is None else act.actor.label
