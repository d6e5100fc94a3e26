"""The provider for work that people do: it never returns a result by itself; an operator records what came out."""

from __future__ import annotations

from gerai.ports.fulfilment import WorkAnswer, WorkRequest


class ManualProvider:
    """An order stays pending until an operator records its answer."""

    name = "manual"
    automatic = False
    simulated = False

    async def fulfil(self, request: WorkRequest) -> WorkAnswer:
        """Accepted, and left to the operator."""
        return WorkAnswer("pending", 0, 0, None, None)

    async def inquire(self, request: WorkRequest) -> WorkAnswer:
        """Still with the operator."""
        return WorkAnswer("pending", 0, 0, None, None)


PROVIDER = ManualProvider()
