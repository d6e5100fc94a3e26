"""What must be known of a database before a server starts on it."""

from __future__ import annotations

from gerai.store.connection import open_blocking


def merchant_with_real_keys(dsn: str) -> str | None:
    """Code of a merchant that is not simulated and has a production key that works; None when there is none."""
    with open_blocking(dsn) as connection:
        found = connection.execute(
            "SELECT code FROM merchants JOIN api_keys USING (merchant_id) "
            "WHERE NOT simulated AND environment = 'production' AND revoked_at IS NULL "
            "AND (expires_at IS NULL OR expires_at > now()) ORDER BY merchant_id LIMIT 1"
        ).fetchone()
    return None if found is None else found[0]
