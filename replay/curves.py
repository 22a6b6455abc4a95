"""The Treasury's yearly CSVs, made of extracts and of FRED's copies of the same figures."""

from collections.abc import Mapping
from decimal import Decimal

from replay.bodies import dated
from replay.tables import body, header_of, table

PAR_FROM, REAL_FROM = 1990, 2003  # the publisher's first years
CONSTANT_MATURITY = {"2 Yr": "DGS2", "10 Yr": "DGS10", "30 Yr": "DGS30"}  # FRED's names
REAL_MATURITY = {"10 YR": "DFII10"}
_CENT = Decimal("0.01")
_EXTRACTED = {
    "1month": "1 Mo", "3month": "3 Mo", "6month": "6 Mo", "1year": "1 Yr", "2year": "2 Yr",
    "3year": "3 Yr", "5year": "5 Yr", "7year": "7 Yr", "10year": "10 Yr", "20year": "20 Yr",
    "30year": "30 Yr",
}  # fmt: skip
_TENORS = ("1 Mo", "1.5 Month", "2 Mo", "3 Mo", "4 Mo", "6 Mo", "1 Yr", "2 Yr", "3 Yr", "5 Yr",
           "7 Yr", "10 Yr", "20 Yr", "30 Yr", "5 YR", "7 YR", "10 YR", "20 YR", "30 YR")  # fmt: skip
_Days = dict[str, dict[str, Decimal]]


def curve(
    year: int,
    *,
    extract: bytes | None = None,
    resaved: bytes | None = None,
    copies: Mapping[str, bytes] | None = None,
) -> bytes | None:
    """One year's curve as the publisher serves it; null where none of the files has that year.

    Percent with two decimals, newest first, only tenors that the year has. Where the files overlap
    the later one named here wins.

    Args:
        year: the calendar year.
        extract: curves of several years, columns ``Time Period`` and ``1month`` to ``30year``, as
            decimals (0.0388).
        resaved: that year's file with dates as 2022-12-30 and the publisher's tenors, in percent.
        copies: FRED's copy of single tenors, in percent; used on days that the others lack.
    """
    days: _Days = {}
    own: _Days = {}
    for tenor, copy in (copies or {}).items():
        _put(days, tenor, [cells for cells in dated(copy) if cells[0].startswith(f"{year}-")])
    if extract is not None:
        _put_extract(own, year, extract)
    if resaved is not None:
        for tenor in header_of(resaved)[1:]:
            _put(own, tenor, table(resaved, "Date", tenor))
    days |= own
    if not days:
        return None
    tenors = [name for name in _TENORS if any(name in cells for cells in days.values())]
    header = ",".join(f'"{name}"' for name in tenors)
    rows = (_row(day, tenors, days[day]) for day in sorted(days, reverse=True))
    return body([f"Date,{header}", *rows])


def _put_extract(days: _Days, year: int, extract: bytes) -> None:
    names = tuple(name for name in _EXTRACTED if name in header_of(extract))
    for moment, *decimals in table(extract, "Time Period", *names):
        if not moment.startswith(f"{year}-"):
            continue
        for name, decimal in zip(names, decimals, strict=True):
            if decimal:
                days.setdefault(moment[:10], {})[_EXTRACTED[name]] = Decimal(decimal) * 100


def _put(days: _Days, tenor: str, cells: list[tuple[str, ...]] | list[tuple[str, str]]) -> None:
    for day, percent in cells:
        if percent not in ("", "."):
            days.setdefault(day, {})[tenor] = Decimal(percent)


def _row(day: str, tenors: list[str], cells: dict[str, Decimal]) -> str:
    year, month, number = day.split("-")
    shown = (str(cells[name].quantize(_CENT)) if name in cells else "" for name in tenors)
    return ",".join([f"{month}/{number}/{year}", *shown])
