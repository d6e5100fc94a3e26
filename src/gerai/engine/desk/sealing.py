"""Secrets that an act keeps sealed: where they cannot be, the act is refused with what to do about it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from gerai.domain.refusals import InputInvalid
from gerai.kit.secret_box import SecretBoxError


@contextmanager
def sealing() -> Generator[None]:
    """In this block, refuses InputInvalid where a secret can neither be sealed nor opened."""
    try:
        yield
    except SecretBoxError as error:
        raise InputInvalid(
            {
                "seal_key": [
                    f"{error}: put the one that was used before back (seal.key of a data folder, from a backup), or "
                    "where nothing was sealed a new one into the setting webhooks.seal_key (`gerai webhooks new-key`)"
                ]
            }
        ) from error
