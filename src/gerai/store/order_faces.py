"""A merchant's environments and channels, for statements over the orders of all of them."""

from __future__ import annotations

from typing import Final

#: The environments and channels a merchant has orders of, each found by one look at the index.
FACES: Final = """
WITH RECURSIVE faces(environment, channel) AS (
    (SELECT environment, channel FROM orders WHERE merchant_id = %(merchant_id)s ORDER BY environment, channel LIMIT 1)
    UNION ALL
    SELECT n.environment, n.channel FROM faces f CROSS JOIN LATERAL
        (SELECT o.environment, o.channel FROM orders o
         WHERE o.merchant_id = %(merchant_id)s AND (o.environment, o.channel) > (f.environment, f.channel)
         ORDER BY o.environment, o.channel LIMIT 1) n
)"""
