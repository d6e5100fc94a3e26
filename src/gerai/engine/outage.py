"""What a caller of the engine may catch when the database does not do its part."""

from __future__ import annotations

from gerai.store.connection import ConnectionLost, DatabaseError

__all__ = ["ConnectionLost", "DatabaseError"]
