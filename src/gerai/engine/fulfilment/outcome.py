"""Which verb a result is."""

from __future__ import annotations


def fulfilment_verb(succeeded: int, failed: int) -> str:
    """The verb a fulfilment takes when so many of its items succeeded and failed."""
    if failed == 0:
        return "succeed"
    return "fail" if succeeded == 0 else "succeed_in_part"
