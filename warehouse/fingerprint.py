"""A frame's content as one number that is the same on every machine."""

import hashlib
from collections.abc import Iterable

import numpy as np
import polars as pl


def add_frame(digest: "hashlib._Hash", name: str, frame: pl.DataFrame) -> None:
    """Feed a frame's name, columns and values into a hash, in the row order given.

    Every value enters as fixed little-endian bytes beside a mask of nulls, every text with its
    length, so that neither the machine nor a library's way of printing takes part.
    """
    digest.update(f"{name}:{frame.height}\n".encode())
    for column in frame.get_columns():
        digest.update(f"{column.name}:{column.dtype}\n".encode())
        digest.update(column.is_null().to_numpy().astype("u1").tobytes())
        digest.update(_values(column))


def content_hash(tables: Iterable[tuple[str, pl.DataFrame]]) -> str:
    """SHA-256 over whole tables, every column of them: equal where two warehouses hold the same.

    Args:
        tables: name and rows, these in the order of their key.
    """
    digest = hashlib.sha256()
    for name, frame in tables:
        add_frame(digest, name, frame)
    return digest.hexdigest()


def _values(column: pl.Series) -> bytes:
    if column.dtype == pl.String:
        filled = column.fill_null("")
        lengths = filled.str.len_bytes().to_numpy().astype("<u4").tobytes()
        return lengths + "".join(filled).encode()
    if column.dtype == pl.Float64:
        floats = column.fill_null(0.0).to_numpy().astype("<f8")
        return (floats + np.float64(0.0)).tobytes()  # -0.0 equals 0.0 and must hash as it
    whole = column.cast(pl.Int64).fill_null(0)
    return whole.to_numpy().astype("<i8").tobytes()
