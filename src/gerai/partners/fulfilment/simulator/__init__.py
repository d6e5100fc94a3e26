"""A provider without an outside world: what it does with an item is written in the item's last four digits.

The table is in ``docs/reference/fulfilment-simulator.md``. ``inquire`` works the truth out again, so it survives a
restart; only the start of slow work is remembered, and slow work that nobody remembers is finished.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from gerai.partners.fulfilment.simulator.shapes import SHAPES, ending, shape
from gerai.ports.fulfilment import (
    SIMULATOR,
    AnswerUnknown,
    ProbeAnswer,
    ProviderUnreachable,
    WorkAnswer,
    WorkRequest,
)

#: What the endings mean. One such item decides how the provider behaves for its whole order.
FAILS: Final = frozenset({"9001", "9003", "9005"})
SLOW: Final = frozenset({"9002", "9003"})
LOST: Final = frozenset({"9004", "9005"})
HANGS: Final = frozenset({"9006"})
UNREACHABLE: Final = frozenset({"9007"})
UNREACHABLE_ONCE: Final = frozenset({"9008"})

_DEFAULT_SLOW_S: Final = 30.0
_REMEMBERED_AT_MOST: Final = 10_000
ITEM_ERROR: Final = "IMEI tidak dapat diproses oleh penyedia."


class SimulatorProvider:
    """Settings of a service: ``answer`` (the shape of the result: ``status``, ``history`` or ``barcode``) and
    ``slow_s`` (how long slow and hanging work takes, default 30)."""

    name = SIMULATOR
    automatic = True
    simulated = True

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: OrderedDict[str, float] = OrderedDict()

    async def fulfil(self, request: WorkRequest) -> WorkAnswer:
        """Do the work as the items' endings say. Raises ProviderUnreachable or AnswerUnknown where they say so."""
        endings = {ending(item) for item in request.items}
        seen_before = request.request_id in self._asked
        self._remember(request.request_id)
        if endings & UNREACHABLE or (endings & UNREACHABLE_ONCE and not seen_before):
            raise ProviderUnreachable("simulated: nobody there")
        if endings & HANGS:
            await asyncio.sleep(_slow_s(request))
        if endings & LOST:
            raise AnswerUnknown("simulated: the line broke before the answer")
        return self._answer(request, endings)

    async def inquire(self, request: WorkRequest) -> WorkAnswer:
        """What became of it. ProviderUnreachable when the request itself never arrived."""
        endings = {ending(item) for item in request.items}
        if endings & UNREACHABLE:
            raise ProviderUnreachable("simulated: nobody there")
        return self._answer(request, endings)

    async def probe(self, service: str, settings: dict[str, Any]) -> ProbeAnswer:
        """It does every service; its settings may be none."""
        answer, slow_s = settings.get("answer", SHAPES[0]), settings.get("slow_s", _DEFAULT_SLOW_S)
        if answer not in SHAPES:
            return ProbeAnswer(wrong=f"answer: {answer!r} is none of {', '.join(SHAPES)}")
        if isinstance(slow_s, bool) or not isinstance(slow_s, int | float) or slow_s < 0:
            return ProbeAnswer(wrong=f"slow_s: {slow_s!r} is no number of seconds")
        return ProbeAnswer(service_known=True)

    def _answer(self, request: WorkRequest, endings: set[str]) -> WorkAnswer:
        reference = f"sim-{request.request_id}"
        asked_at = self._asked.get(request.request_id)
        if endings & SLOW and asked_at is not None and self._clock() < asked_at + _slow_s(request):
            return WorkAnswer("pending", 0, 0, reference, None)
        good = [ending(item) not in FAILS for item in request.items]
        failed = good.count(False)
        result = shape(str(request.settings.get("answer", "status")), request, good) if any(good) else None
        error = None if not failed else f"{failed} dari {len(good)} item gagal. {ITEM_ERROR}"
        return WorkAnswer("done", len(good) - failed, failed, reference, result, error)

    def _remember(self, request_id: str) -> None:
        self._asked.setdefault(request_id, self._clock())
        while len(self._asked) > _REMEMBERED_AT_MOST:
            self._asked.popitem(last=False)


def _slow_s(request: WorkRequest) -> float:
    slow_s: Any = request.settings.get("slow_s", _DEFAULT_SLOW_S)
    return float(slow_s)


PROVIDER = SimulatorProvider()
