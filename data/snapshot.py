"""The cube on disk: Parquet, so that a start is quick and other programs can read it.

The rows lie in the file itself, with the watermark, the store and the words of their codes; the cells of
their codes lie in a second file, which the first one names. Both are written aside; renaming the first is the
moment.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any, Final
from uuid import uuid4
from zlib import crc32

import numpy as np
import polars as pl

from data.codes import CellCodes, Words
from data.cube_state import COLUMNS, WORD_COLUMNS, State
from data.statuses import STATUSES
from geo.cells import RESOLUTIONS
from geo.errors import StoreError
from i18n import gettext as _

#: Counts up when the columns or their meaning change; an older snapshot is then made again.
SCHEMA: Final = 4

_ROW_GROUP: Final = 1_000_000
_CELL_SCHEMA: Final = pl.Schema(
    {"resolution": pl.UInt8, "cell": pl.UInt64, "lon": pl.Float32, "lat": pl.Float32}
)
#: Cells that no snapshot names are left by a program that died; younger ones may be about to be named.
_ORPHAN_S: Final = 3600
_ATTEMPTS: Final = 3


def write(path: Path, state: State, *, mark: str) -> None:
    """Write a state so that a reader finds the old snapshot or the new one, never half of it.

    Parameters
    ----------
    mark
        What the store's event at the watermark looks like, to know a store that took another way.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    before = _token(path)
    token = uuid4().hex[:12]
    meta = {
        "schema": SCHEMA,
        "identity": state.identity,
        "tz": state.tz,
        "seq": state.seq,
        "mark": mark,
        "rows": len(state),
        "last_place": state.last_place,
        "far_days": state.far_days,
        "judged": state.judged,
        "token": token,
        "words": {name: list(state.words[name].words) for name in WORD_COLUMNS},
        "statuses": STATUSES,
        "sums": _sums(state),
    }
    cells, aside = _cells_path(path, token), path.with_name(f"{path.name}.{token}.part")
    try:
        pl.concat(_cells_frame(resolution, codes) for resolution, codes in state.cells.items()).write_parquet(
            cells, compression="lz4"
        )
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
    _tidy(path, before=before, now=token)


def read(path: Path) -> tuple[State, str]:
    """Read a snapshot and its mark.

    Raises
    ------
    StoreError
        The snapshot is damaged, or another version of the program wrote it.
    """
    for _attempt in range(_ATTEMPTS):
        token = _token(path)
        try:
            return _read(path)
        except StoreError:
            if _token(path) == token:
                raise
        # Another program put a newer snapshot in its place meanwhile.
    return _read(path)


def _read(path: Path) -> tuple[State, str]:
    try:
        meta = read_meta(path)
        if meta["schema"] != SCHEMA or tuple(meta["statuses"]) != STATUSES[: len(meta["statuses"])]:
            raise StoreError(_("another version of the program wrote it"))
        state = State(
            identity=meta["identity"],
            tz=meta["tz"],
            seq=meta["seq"],
            base=_read_rows(path),
            cells={resolution: read_cells(path, meta, resolution) for resolution in RESOLUTIONS},
            last_place=meta["last_place"],
            far_days=meta["far_days"],
            judged=meta["judged"],
            words={name: Words(tuple(meta["words"][name])) for name in WORD_COLUMNS}
            | {"status": Words(STATUSES)},
        )
        whole = (
            state.base.schema == state.schema and len(state) == meta["rows"] and _sums(state) == meta["sums"]
        )
    except (OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise StoreError(_("it is damaged: {why}", why=error)) from error
    if not whole:
        raise StoreError(_("it is damaged: its sums do not agree"))
    return state, meta["mark"]


def read_meta(path: Path) -> dict[str, Any]:
    """Read what a snapshot says of itself: its watermark, its store, the words of its codes."""
    meta: dict[str, Any] = json.loads(pl.read_parquet_metadata(path)["gezhi"])
    return meta


def read_cells(path: Path, meta: dict[str, Any], resolution: int) -> CellCodes:
    """Read the cells of a snapshot's codes at one resolution."""
    every = pl.scan_parquet(_cells_path(path, meta["token"]))
    cells = every.filter(pl.col("resolution") == resolution).select("cell", "lon", "lat").collect()
    return CellCodes.of(*(column.rechunk().to_numpy() for column in cells))


def _read_rows(path: Path) -> pl.DataFrame:
    """Read column by column, so that the memory of one column alone is needed twice."""
    return pl.DataFrame([pl.read_parquet(path, columns=[name]).to_series().rechunk() for name in COLUMNS])


def _sums(state: State) -> dict[str, int]:
    """Add up every column byte by byte; the two cores share the work."""
    jobs: dict[str, list[Any]] = {
        name: [part[name].to_physical().to_numpy() for part in (state.base, state.tail)] for name in COLUMNS
    }
    for resolution, codes in state.cells.items():
        jobs[f"cells{resolution}"] = [codes.cells, codes.lon, codes.lat]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(jobs, pool.map(_sum, jobs.values()), strict=True))


def _sum(arrays: list[Any]) -> int:
    total = 0
    for array in arrays:
        total = crc32(np.ascontiguousarray(array).view(np.uint8).data, total)
    return total


def _tidy(path: Path, *, before: str | None, now: str) -> None:
    """Remove the cells of the snapshot that was replaced, and what dead programs left."""
    for cells in path.parent.glob(_cells_path(path, "*").name):
        with suppress(OSError):  # another program may be reading or removing it
            old = time() - cells.stat().st_mtime > _ORPHAN_S
            if cells != _cells_path(path, now) and (old or cells == _cells_path(path, before or now)):
                cells.unlink()


def _token(path: Path) -> str | None:
    try:
        token: str = read_meta(path)["token"]
    except (OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError):
        return None
    return token


def _cells_frame(resolution: int, codes: CellCodes) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "resolution": pl.repeat(resolution, len(codes), dtype=pl.UInt8, eager=True),
            "cell": codes.cells,
            "lon": codes.lon,
            "lat": codes.lat,
        },
        schema=_CELL_SCHEMA,
    )


def _cells_path(path: Path, token: str) -> Path:
    return path.with_name(f"{path.stem}.cells-{token}.parquet")
