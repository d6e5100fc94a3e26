"""A database of before references were canonical, brought up to date."""

from __future__ import annotations

from upgrade_kit import upgraded

from gerai.engine.references import canonical

_TYPED = (" BCA-1 ", "FT\u200b 9\u00ad", "plain", "\uff22\uff23\uff21-\uff12", "\u200b", "A  \t b")
_KEYS = "".join(
    f"INSERT INTO idempotency_keys VALUES (1, 'production', 'operator', 'money in', '{key}', '\\x0{number}', '{{}}', "
    f"now() + interval '{number} minutes');"
    for number, key in enumerate((*_TYPED, "bca-1", "Bca-1"))
)
_SHOP = f"""
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
{_KEYS}
INSERT INTO idempotency_keys VALUES
    (1, 'production', 'operator', 'payments refund 5', 'R-1', '\\x00', '{{}}', now()),
    (1, 'production', 'operator', 'something else', 'R-1', '\\x00', '{{}}', now()),
    (1, 'production', 'member:5', 'money in', 'R-1', '\\x00', '{{}}', now());
"""


def test_references_that_were_booked_count_in_their_canonical_form() -> None:
    """As the engine makes it, beside what was typed; a key that stands so already is left as it was, and keys of other
    operations and of members are as they were."""
    with upgraded("-canonical-references", _SHOP) as database:
        known = database.rows("SELECT owner, operation, key, fingerprint FROM idempotency_keys")
    keys = {key: bytes(digest) for owner, what, key, digest in known if (owner, what) == ("operator", "money in")}
    assert set(keys) == {*_TYPED, "bca-1", "Bca-1", *(canonical(one) for one in _TYPED if canonical(one))}
    assert keys["bca-1"] == b"\x06"
    assert keys["ft 9"] == b"\x01"
    others = sorted((owner, what, key) for owner, what, key, _ in known if what != "money in" or owner != "operator")
    assert others == [
        ("member:5", "money in", "R-1"), ("operator", "payments refund 5", "R-1"),
        ("operator", "payments refund 5", "r-1"), ("operator", "something else", "R-1"),
    ]  # fmt: skip
