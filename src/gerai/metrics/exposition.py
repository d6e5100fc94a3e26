"""All metrics of one process, and of the others of its server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client.core import Metric as Family

from gerai import __version__
from gerai.doors.http import request_metrics
from gerai.engine.core import Engine
from gerai.kit.metrics import Metric, expose, family, table
from gerai.kit.shared_counters import SharedCounters
from gerai.kit.tasks import end
from gerai.metrics import database, process
from gerai.metrics.process import Watched

BUILD: Final = Metric("gerai_build_info", "gauge", "Always 1; the label tells what runs.", ("version",))
#: In the order of the documentation.
EVERY: Final = (BUILD, *request_metrics.METRICS, *process.METRICS, *database.METRICS)
_PUBLISH_EVERY_S: Final = 1.0


class MetricsExposition:
    """``counts``: where the doors of this process count as well; all of them are known before :meth:`running`."""

    def __init__(self, engine: Engine, watched: Watched, counts: SharedCounters) -> None:
        self._counts = counts
        self._figures = process.ProcessMetrics(counts, engine, watched)
        self._questions = database.Questions(engine)

    async def exposition(self, accept: str) -> tuple[bytes, str]:
        """Everything, as text, and its content type; in the format the Accept header asks for."""
        asked = await self._questions.families()
        self._figures.publish()
        # Some hundred lines take ten milliseconds: not on the thread that answers everybody.
        return await asyncio.to_thread(self._text, asked, accept)

    def _text(self, asked: list[Family], accept: str) -> tuple[bytes, str]:
        return expose([family(BUILD, [((__version__,), (1,))]), *self._counts.families(), *asked], accept)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Count, from before the engine starts until after it has stopped."""
        self._counts.begin()
        publishing = asyncio.create_task(self._publish(), name="gerai-metrics")
        try:
            yield
        finally:
            await end(publishing)
            self._figures.publish()

    async def _publish(self) -> None:
        while self._counts.shared:
            self._figures.publish()
            await asyncio.sleep(_PUBLISH_EVERY_S)


_HEADING: Final = """# Metrics

Printed from the code (`python -m gerai.metrics.exposition`); a test holds the two equal. How to collect them:
[metrics](../how-to/metrics.md).

"""


def metrics_page() -> str:
    """The text of ``docs/reference/metrics.md``."""
    return _HEADING + table(EVERY)


if __name__ == "__main__":
    print(metrics_page(), end="")
