"""Numbers of a file that are short to write and endless to write out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.importing import imports
from gerai.engine.desk.lines import FileColumns


@pytest.mark.parametrize("column", ["sku", "name", "price", "weight_g"])
@pytest.mark.parametrize("cell", ["1E999999", "-1E999999", "1E-999999", "1E40", "NaN", "Infinity"])
def test_a_number_that_is_endless_is_named(column: str, cell: str) -> None:
    """It is a fault of its column, whatever that takes, and costs nothing: such a number would take minutes of the
    processor, and everybody waits."""
    one = imports()["products"]
    columns = FileColumns([*dict.fromkeys(("sku", "name", "price", column))], one.line, ())
    cells = {"sku": "A", "name": "Kaos", "price": Decimal(5), column: Decimal(cell)}
    with pytest.raises(InputInvalid) as refused:
        columns.read(
            one.line, [cells[field.name.removesuffix("_sen")] for field in columns.fields if field is not None]
        )
    assert list(refused.value.fields) == [column]
