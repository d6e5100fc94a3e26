"""Licence codes are in a backup as they are in the database: sealed, and opened by the same key."""

from __future__ import annotations

import io
from collections.abc import Callable

import psycopg
from backup_kit import backed_up

from gerai.backup.restore import restore_database
from gerai.kit.secret_box import SecretBox, new_key
from gerai.store.migrate import migrate


def test_codes_come_back_sealed(empty_database: Callable[[], str]) -> None:
    """A code that an order got and a file are there again after a restore, the code opened by the key that sealed it;
    the backup itself does not have it in the clear."""
    source, target, box = empty_database(), empty_database(), SecretBox(new_key())
    migrate(source)
    with psycopg.connect(source) as connection:
        connection.execute("INSERT INTO code_pools VALUES (1, 2, 'production', 3, 'm', 0, 1, 0, NULL, now())")
        connection.execute(
            "INSERT INTO licence_codes VALUES (1, 4, 2, %s, sha256('x'), 'given', 5, 1, 1, now(), now())",
            (box.seal("RAHASIA-77"),),
        )
        connection.execute(
            "INSERT INTO variant_files VALUES (1, 6, 3, 'a', '', 'application/pdf', 3, sha256('x'), NULL, now(), 'pdf')"
        )
    made = backed_up(source)
    assert b"RAHASIA-77" not in made
    restore_database(io.BytesIO(made), "", target, lambda _: None)
    with psycopg.connect(target) as connection:
        [(sealed, order_id)] = connection.execute("SELECT sealed, order_id FROM licence_codes").fetchall()
        [(content,)] = connection.execute("SELECT content FROM variant_files").fetchall()
    assert (box.open(sealed), order_id, content) == ("RAHASIA-77", 5, b"pdf")
