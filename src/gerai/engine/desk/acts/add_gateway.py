"""Let a gateway take payments."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.accounts import MORE, Pairs, Said, asked_of, by_operator, by_whom
from gerai.engine.desk.fields import words
from gerai.engine.desk.gateways import gateway_named, ways_text
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.sealing import sealing
from gerai.engine.gateways.contracts import draft_contract, narrowed, open_contract, ways_of
from gerai.engine.gateways.probe import probed
from gerai.kit.bilingual import Bilingual
from gerai.ports.gateways import Way

_OURS: Final = frozenset({"gateway", "only", "base_url", "untried", "more"})
_WayNamed = Annotated[str, Meta(pattern=r"^[a-z_]+:[A-Za-z0-9_]+(?![\s\S])", max_length=64)]
Ways = Annotated[tuple[_WayNamed, ...], Meta(max_length=100)]
BaseUrl = Annotated[str, Meta(max_length=500)]


class NewGateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the gateway asks is filled in, the rest left empty; keys are kept sealed and never shown again. ``only``:
    offer no others than these ways. ``base_url``: where it is asked, if not at its usual address. ``untried``: do not
    ask it first whether the keys are right."""

    gateway: Annotated[Said, words("Gateway", "Gateway", "midtrans")]
    secret_server_key: Annotated[Said, words("Server Key", "Server key")] = ""
    secret_api_key: Annotated[Said, words("Kunci API", "API key")] = ""
    secret_private_key: Annotated[Said, words("Private Key", "Private key")] = ""
    secret_callback_token: Annotated[Said, words("Token verifikasi webhook", "Webhook verification token")] = ""
    merchant_code: Annotated[Said, words("Kode merchant", "Merchant code")] = ""
    email: Annotated[Said, words("Surel toko", "E-mail of the shop")] = ""
    qris_acquirer: Annotated[Said, words("Acquirer QRIS", "QRIS acquirer")] = ""
    qris_code: Annotated[Said, words("Kanal QRIS", "QRIS channel")] = ""
    direct_refund: Annotated[Said, words("Refund lewat alamat lama", "Refunds through the older address")] = ""
    more: Annotated[Pairs, MORE] = ()
    only: Annotated[Ways, words("Hanya cara bayar", "Only these ways", ("va:BCA", "qris:QRIS"))] = ()
    base_url: Annotated[BaseUrl, words("Alamat lain", "Another address")] = ""
    untried: Annotated[bool, words("Tanpa dicoba dulu", "Do not try it first")] = False


async def run(within: Within, given: NewGateway) -> Done:
    """Payers of the desk's environment are offered its ways from now on. Refuses InputInvalid: a gateway that there is
    not, something it asks is missing or unknown, it refuses the keys or is not reached, a way that it does not offer or
    that is not switched on there, an open contract with it, or the merchant is simulated."""
    gateway, desk = gateway_named(within, given.gateway), within.house.gateways
    only: frozenset[Way] = frozenset((one.partition(":")[0], one.partition(":")[2]) for one in given.only)
    with sealing():
        draft = draft_contract(
            within.engine, within.house.sealer, within.merchant_id, gateway, within.environment,
            asked_of(given, _OURS, given.more), ways=ways_of(gateway, within.house.payment_methods, only),
            base_url=given.base_url, by=by_whom(), here=within.house.webhooks.allow_loopback or by_operator(),
        )  # fmt: skip
    if not given.untried:
        wrong, switched_on = await probed(desk, draft.contract)
        if wrong:
            raise InputInvalid({"gateway": [wrong]})
        draft = narrowed(draft, switched_on, only)
    new = await open_contract(within.engine, draft)
    return Done(str(new.contract_id), details={"ways": list(ways_text(new)), "not_tried": list(gateway.untried)})


ACT = Act(
    "gateways.add", "settings:write", Bilingual("Tambah gateway", "Add a gateway"), NewGateway, run,
    reasoned=True, grave=True, here=True,
)  # fmt: skip
