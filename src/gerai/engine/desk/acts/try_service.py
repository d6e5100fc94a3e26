"""Try a service at its provider, without an order."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from gerai.domain.refusals import NotFound, PartnerUnavailable
from gerai.engine.catalogue.services import SERVICES, Service
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.fulfilment.providers import name_for, provider_for
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.ports.fulfilment import AnswerUnknown, ProbeAnswer, ProbedProvider, ProviderUnreachable

#: So long somebody waits for a page.
_TIMEOUT_S: Final = 10
_SAID: Final = {
    "works": Bilingual("Bisa dipesan: penyedia menjawab dan semuanya benar", "It can be ordered: all is right there"),
    "wrong": Bilingual("Belum benar: lihat sebabnya", "Not right yet: see what is wrong"),
    "not_known": Bilingual("Penyedia tidak mengenal layanan ini", "The provider does not know this service"),
    "unreachable": Bilingual("Penyedia tidak dapat dihubungi", "The provider cannot be reached"),
    "unclear": Bilingual("Jawaban penyedia tidak jelas: coba lagi", "The provider's answer is unclear: try again"),
    "untried": Bilingual(
        "Penyedia ini tidak bisa diuji tanpa memesan", "This provider cannot be tried without ordering"
    ),
    "by_hand": Bilingual("Dikerjakan orang: tidak ada yang diuji", "People do the work: there is nothing to try"),
    "not_here": Bilingual(
        "Tidak ada penyedia ini di sini untuk pesanan sungguhan", "No such provider is here for real orders"
    ),
}  # fmt: skip


async def run(within: Within, given: ById) -> Done:
    """Asks whoever would do the work of this environment's orders what can be asked without one: nothing is ordered,
    nothing is paid. ``outcome`` says what came of it (``works``, ``wrong``, ``not_known``, ``unreachable``,
    ``unclear``, ``untried``, ``by_hand``, ``not_here``), ``said`` in words; ``loses``: the provider asks more for an
    item than the service does. Refuses NotFound."""
    service = within.engine.directory.get(SERVICES, within.merchant_id).by_id.get(given.id)
    if service is None:
        raise NotFound("service", str(given.id))
    name, outcome, told = await _tried(within, service)
    # Asked first, written down after: no transaction waits for a provider.
    async with changing(within.engine, within.merchant_id):
        note(given.id, provider=name, outcome=outcome)
    return Done(str(given.id), details={"outcome": outcome, "said": _SAID[outcome], "provider": name, **told})


async def _tried(within: Within, service: Service) -> tuple[str, str, dict[str, Any]]:
    """Who was asked, what came of it, and what they said."""
    plays = within.merchant.plays_with(within.environment)
    name = name_for(service.provider, automatic=service.processing_type == "automatic", plays=plays)
    try:
        provider = provider_for(within.house.fulfilment, name, within.merchant, within.environment)
    except PartnerUnavailable:
        return name, "not_here", {}
    if not provider.automatic:
        return name, "by_hand", {}
    if not isinstance(provider, ProbedProvider):
        return name, "untried", {}
    return name, *await _asked(provider, service)


async def _asked(provider: ProbedProvider, service: Service) -> tuple[str, dict[str, Any]]:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            answer = await provider.probe(service.code, service.provider_settings)
    except (ProviderUnreachable, TimeoutError):
        return "unreachable", {}
    except AnswerUnknown:
        return "unclear", {}
    told = {"wrong": answer.wrong, "price_sen": answer.price_sen, "balance_sen": answer.balance_sen}
    found = {name: value for name, value in told.items() if value not in (None, "")}
    if answer.price_sen is not None:
        found |= {"unit_price_sen": service.unit_price_sen, "loses": answer.price_sen > service.unit_price_sen}
    return _outcome(answer), found


def _outcome(answer: ProbeAnswer) -> str:
    if answer.wrong:
        return "wrong"
    return "not_known" if answer.service_known is False else "works"


ACT = Act("services.test_run", "catalogue:write", Bilingual("Uji layanan", "Try a service"), ById, run, here=True)
