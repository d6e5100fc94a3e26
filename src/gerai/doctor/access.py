"""Checks of who comes in and whom we reach: keys, sealed secrets, partners."""

from __future__ import annotations

from typing import Any, Final

from gerai.doctor import advice
from gerai.doctor.diagnosis import Diagnosis, Installation, fail, not_checked, ok, warn
from gerai.engine import installation as ask
from gerai.found import FoundPartners
from gerai.kit.secret_box import SecretBoxError
from gerai.ports.payments import PaymentMethod

_SHOWN: Final = 3


async def keys(here: Installation) -> Diagnosis:
    """Those that real merchants need work, and will next week."""
    days = here.thresholds.key_days
    async with here.asking() as connection:
        counts = await ask.key_counts(connection)
        ending = await ask.ending_keys(connection, days)
        locked_out = await ask.locked_out_merchants(connection)
    figures: dict[str, Any] = {
        "live": counts.live, "revoked": counts.revoked, "expired": counts.expired, "real_production": counts.real,
        "locked_out_merchants": locked_out,
        "ending": [
            {"merchant": k.merchant, "key_id": k.key_id, "counter": k.dialect, "environment": k.environment,
             "expires_at": k.expires_at.isoformat(), "over": k.over} for k in ending
        ],
    }  # fmt: skip
    seen = f"{counts.live} work ({counts.real} of real merchants in production), "
    seen += f"{counts.revoked} revoked, {counts.expired} expired"
    if counts.real and not here.settings.http.public_base_url and not here.settings_fault:
        return fail(f"{seen}; real money, and http.public_base_url is empty", advice.PUBLIC_ADDRESS, **figures)
    if locked_out:
        names = ", ".join(locked_out[:_SHOWN])
        return warn(f"no production key of {names} works any more", advice.LOCKED_OUT, **figures)
    if ending:
        names = ", ".join(f"{k.key_id} of {k.merchant} ({k.expires_at:%Y-%m-%d})" for k in ending[:_SHOWN])
        return warn(f"{len(ending)} expired lately or will within {days} days: {names}", advice.KEYS_END, **figures)
    return ok(seen, **figures)


async def seal_key(here: Installation) -> Diagnosis:
    """Opens every secret that was sealed, for webhooks, gateways and money notices."""
    async with here.asking() as connection:
        sealed = await ask.sealed_secrets(connection)
    if not sealed:
        return ok("nothing is sealed", secrets=0)
    if here.settings_fault and not here.settings.webhooks.seal_key:
        return not_checked("it is in the settings, which cannot be read", secrets=len(sealed))
    try:
        unopened = ask.not_opened(sealed, here.settings.webhooks.seal_key)
    except SecretBoxError as error:
        return fail(str(error), advice.NO_SEAL_KEY, secrets=len(sealed))
    closed = [f"{row.merchant} {row.kind} {row.id}" for row in unopened]
    figures = {"secrets": len(sealed), "key_is_set": bool(here.settings.webhooks.seal_key), "not_opened": closed[:20]}
    if closed:
        why = "does not open" if here.settings.webhooks.seal_key else "is not set:"
        seen = f"webhooks.seal_key {why} {len(closed)} of {len(sealed)} sealed secrets ({closed[0]} …)"
        return fail(seen, advice.NO_SEAL_KEY, **figures)
    return ok(f"opens {len(sealed)} sealed secrets", **figures)


async def partners(here: Installation) -> Diagnosis:
    """Each one that has something harmless to be asked does answer. Only where a real merchant needs them."""
    async with here.asking() as connection:
        real = await ask.real_merchants(connection)
    found = FoundPartners(here.settings)
    # What only pretends, or is done by people, has nobody to be reached.
    seen = {f"payments/{name}": _payable(method) for name, method in found.payment_methods.items()}
    for provider in found.fulfilment.values():
        how = _without_probe(provider.simulated) if provider.automatic else "people"
        seen[f"fulfilment/{provider.name}"] = how
    unreached: list[str] = []
    async with found:
        for name in found.lookups:
            if not real:
                seen[f"lookups/{name}"] = "not asked: every merchant is simulated"
                continue
            fault = await found.lookup(name, simulated=False).probe()
            seen[f"lookups/{name}"] = fault or "answers"
            unreached += [f"{name}: {fault}"] if fault else []
    if unreached:
        return warn("; ".join(unreached), advice.PARTNERS, partners=seen)
    asked = [name for name, how in seen.items() if how == "answers"]
    if not asked:
        return not_checked("none of them has something harmless to be asked now", partners=seen)
    return ok(f"{', '.join(asked)} answer", partners=seen)


def _payable(method: PaymentMethod) -> str:
    return "simulated, or a seller's own account" if method.own_account else _without_probe(method.simulated)


def _without_probe(simulated: bool) -> str:
    return "simulated" if simulated else "nothing harmless to ask"
