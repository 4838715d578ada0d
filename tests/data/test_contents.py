"""A checksum of what is in a table, whatever the database that holds it."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from data.contents import Digest

ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(-(2**62), 2**62)),
        st.one_of(st.none(), st.floats(allow_nan=False)),
        st.one_of(st.none(), st.text(max_size=5)),
        st.one_of(st.none(), st.binary(max_size=5)),
        st.one_of(st.none(), st.booleans()),
    ),
    max_size=8,
)
SCHEMA = {"n": pl.Int64, "x": pl.Float64, "text": pl.String, "blob": pl.Binary, "yes": pl.Boolean}


def digest(rows: list[tuple[object, ...]], *, at_a_time: int = 100) -> str:
    made = Digest()
    for part in pl.DataFrame(rows, schema=SCHEMA, orient="row").iter_slices(at_a_time):
        made.update(part)
    return made.hexdigest()


@given(ROWS, st.integers(1, 8))
def test_the_size_of_the_batches_does_not_matter(rows: list[tuple[object, ...]], size: int) -> None:
    assert digest(rows, at_a_time=size) == digest(rows)


@given(ROWS, ROWS)
def test_other_rows_have_another_digest(
    first: list[tuple[object, ...]], second: list[tuple[object, ...]]
) -> None:
    assert (digest(first) == digest(second)) == (first == second)


def test_the_order_of_columns_and_the_sign_of_zero_do_not_matter() -> None:
    first, second = Digest(), Digest()
    first.update(pl.DataFrame({"a": [1, 2], "x": [0.0, 1.0]}))
    second.update(pl.DataFrame({"x": [-0.0, 1.0], "a": [1, 2]}))
    assert first.hexdigest() == second.hexdigest()


def test_nothing_an_empty_text_and_a_zero_differ() -> None:
    def one(value: object, dtype: type[pl.DataType]) -> str:
        made = Digest()
        made.update(pl.DataFrame({"a": [value]}, schema={"a": dtype}))
        return made.hexdigest()

    digests = [one(None, pl.String), one("", pl.String), one(None, pl.Int64), one(0, pl.Int64)]
    assert len(set(digests)) == 4
