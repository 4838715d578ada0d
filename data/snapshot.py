"""The cube on disk: Parquet, so that a start is quick and other programs can read it.

The rows lie in the file itself, with the watermark, the store and the words of their codes; the cells of
their codes lie in a second file, which the first one names. Both are written aside; renaming the first is the
moment.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import polars as pl

from data.codes import CellCodes, Words
from data.cube_state import COLUMNS, State
from geo.cells import RESOLUTIONS

#: Counts up when the columns or their meaning change; an older snapshot is then made again.
SCHEMA: Final = 1

_ROW_GROUP: Final = 1_000_000


def write(path: Path, state: State, *, mark: str) -> None:
    """Write a state so that a reader finds the old snapshot or the new one, never half of it.

    Parameters
    ----------
    mark
        What the store's event at the watermark looks like, to know a store that took another way.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    token = uuid4().hex[:12]
    cells, aside = _cells_path(path, token), path.with_name(f"{path.name}.{token}.part")
    meta = {
        "schema": SCHEMA,
        "identity": state.identity,
        "tz": state.tz,
        "seq": state.seq,
        "mark": mark,
        "rows": len(state),
        "token": token,
        "words": {name: list(words.words) for name, words in state.words.items()},
    }
    try:
        pl.concat(
            pl.DataFrame({"cell": state.cells[resolution].cells}).select(
                pl.lit(resolution, dtype=pl.UInt8).alias("resolution"), pl.col("cell").cast(pl.UInt64)
            )
            for resolution in RESOLUTIONS
        ).write_parquet(cells, metadata={"gezhi": token})
        state.frame.write_parquet(
            aside,
            compression="lz4",
            row_group_size=_ROW_GROUP,
            metadata={"gezhi": json.dumps(meta, ensure_ascii=False)},
        )
        aside.replace(path)
    except BaseException:
        cells.unlink(missing_ok=True)
        raise
    finally:
        aside.unlink(missing_ok=True)
    for old in path.parent.glob(f"{path.stem}.cells-*.parquet"):
        if old != cells:
            with suppress(OSError):  # another program may be reading it
                old.unlink()


def read(path: Path) -> tuple[State, str] | None:
    """Read a snapshot and its mark; None where there is none, or it is damaged or of another schema."""
    try:
        meta = json.loads(pl.read_parquet_metadata(path)["gezhi"])
        if meta["schema"] != SCHEMA:
            return None
        cells_path = _cells_path(path, meta["token"])
        if pl.read_parquet_metadata(cells_path)["gezhi"] != meta["token"]:
            return None
        cells = pl.read_parquet(cells_path)
        base = pl.read_parquet(path).rechunk()
        if dict(base.schema) != COLUMNS or base.height != meta["rows"]:
            return None
        state = State(
            identity=meta["identity"],
            tz=meta["tz"],
            seq=meta["seq"],
            base=base,
            cells={
                resolution: CellCodes.of(cells.filter(pl.col("resolution") == resolution)["cell"].to_numpy())
                for resolution in RESOLUTIONS
            },
            words={name: Words(tuple(words)) for name, words in meta["words"].items()},
        )
        return (state, meta["mark"]) if _holds_together(state) else None
    except (OSError, KeyError, TypeError, ValueError, pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None


def _holds_together(state: State) -> bool:
    """Say whether every code has its entry, so that no query can fail later."""
    sizes = {f"cell{resolution}": len(cells) for resolution, cells in state.cells.items()}
    sizes |= {name: len(words.words) for name, words in state.words.items()}
    largest = state.base.select(pl.col(name).max() for name in sizes).row(0, named=True)
    return all(code is None or code < sizes[name] for name, code in largest.items())


def _cells_path(path: Path, token: str) -> Path:
    return path.with_name(f"{path.stem}.cells-{token}.parquet")
