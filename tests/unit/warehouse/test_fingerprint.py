"""A frame's hash: equal content, equal hash; and nothing else."""

import hashlib
import struct
from datetime import UTC, date, datetime

import polars as pl
import pytest

from warehouse.fingerprint import add_frame


def _hash(frame: pl.DataFrame, name: str = "t") -> str:
    digest = hashlib.sha256()
    add_frame(digest, name, frame)
    return digest.hexdigest()


def test_bytes_are_fixed() -> None:
    """The hashed bytes are written out here by hand: little-endian, masks before values."""
    frame = pl.DataFrame(
        {
            "day": [date(1970, 1, 3), None],
            "value": [-0.0, 1.5],
            "text": ["é", None],
            "at": [datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)] * 2,
        }
    ).with_columns(pl.col("at").cast(pl.Datetime("us", "UTC")))
    expected = (
        b"t:2\nday:Date\n\x00\x01" + struct.pack("<qq", 2, 0)
        + b"value:Float64\n\x00\x00" + struct.pack("<dd", 0.0, 1.5)
        + b"text:String\n\x00\x01" + struct.pack("<II", 2, 0) + "é".encode()
        + b"at:Datetime(time_unit='us', time_zone='UTC')\n\x00\x00"
        + struct.pack("<qq", 1_000_000, 1_000_000)
    )  # fmt: skip
    assert _hash(frame) == hashlib.sha256(expected).hexdigest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        ([None, ""], ["", None]),
        ([None, 0], [0, None]),
        ([None, 0.0], [0.0, 0.0]),
        ([None, False], [False, False]),
        ([1.0, 1.0 + 2**-52], [1.0, 1.0]),
    ],
)
def test_different_content_differs(one: list[object], other: list[object]) -> None:
    """Nulls are not zeros, and text does not run together."""
    assert _hash(pl.DataFrame({"x": one})) != _hash(pl.DataFrame({"x": other}))


def test_names_take_part() -> None:
    """The same values under another column or table name are other content."""
    frame = pl.DataFrame({"x": [1]})
    assert len({_hash(frame), _hash(frame.rename({"x": "y"})), _hash(frame, "u")}) == 3


def test_empty_frame_hashes() -> None:
    """No rows is content too."""
    assert _hash(pl.DataFrame(schema={"x": pl.String})) != _hash(
        pl.DataFrame(schema={"x": pl.Int32})
    )
