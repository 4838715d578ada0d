"""What an event keeps, written as JSON for many events at once."""

from typing import Final

import polars as pl

#: A moment in the JSON of an event: ISO 8601, UTC.
MOMENT: Final = "%Y-%m-%dT%H:%M:%S%.6fZ"


def payload(columns: tuple[str, ...], *, where: str | None = None) -> pl.Expr:
    """Write columns as one JSON object a row, vectorised; those that end in `_at` are times in UTC.

    Parameters
    ----------
    where
        Name of the boolean column that says whether a field is written, with "{}" for the field's name;
        every field is written where it is None.
    """
    fields = []
    for name in columns:
        value = pl.col(name)
        if name.endswith("_at"):
            value = value.dt.strftime(MOMENT)
        text = pl.struct(value.alias(name)).struct.json_encode()  # {"name":value}
        field = text.str.slice(1, text.str.len_chars() - 2)
        fields.append(field if where is None else pl.when(pl.col(where.format(name))).then(field))
    return pl.concat_str(pl.lit("{"), pl.concat_str(fields, separator=",", ignore_nulls=True), pl.lit("}"))
