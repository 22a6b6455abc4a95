"""How a column of each kind of quantity is declared: its dtype, unit and usual bounds."""

import polars as pl

from schemas.model import Column, Unit

UTC = pl.Datetime("us", "UTC")
_DATE, _TEXT, _BOOL = pl.Date(), pl.String(), pl.Boolean()
_FLOAT, _INT = pl.Float64(), pl.Int32()


def rate(name: str, doc: str, *, ge: float = -0.05, le: float = 0.5) -> Column:
    """A rate, premium or return [decimal]."""
    return Column(name, _FLOAT, Unit.DECIMAL, doc, ge=ge, le=le)


def level(name: str, doc: str, *, ge: float = 1.0, le: float = 50_000.0) -> Column:
    """A level [index points]."""
    return Column(name, _FLOAT, Unit.INDEX_PTS, doc, ge=ge, le=le)


def vol_index(name: str, doc: str, *, le: float = 200.0) -> Column:
    """A volatility index as quoted [volatility points]."""
    return Column(name, _FLOAT, Unit.VOL_PTS, doc, ge=3.0, le=le)


def vol(name: str, doc: str, *, le: float = 3.0) -> Column:
    """A computed volatility, annualized [decimal]."""
    return Column(name, _FLOAT, Unit.DECIMAL, doc, ge=0.0, le=le)


def z(name: str, doc: str) -> Column:
    """A distance from a mean [standard deviations]."""
    return Column(name, _FLOAT, Unit.Z, doc, ge=-50.0, le=50.0)


def percentile(name: str, doc: str) -> Column:
    """A standing among earlier values, 0 to 100."""
    return Column(name, _FLOAT, Unit.PERCENTILE, doc, ge=0.0, le=100.0)


def points(name: str, doc: str) -> Column:
    """A difference of volatilities [volatility points]."""
    return Column(name, _FLOAT, Unit.VOL_PTS, doc, ge=-200.0, le=200.0)


def text(name: str, doc: str, *, nullable: bool = False) -> Column:
    """A name or code; not null unless said."""
    return Column(name, _TEXT, Unit.NONE, doc, nullable=nullable)


def date(name: str, doc: str) -> Column:
    """A calendar date."""
    return Column(name, _DATE, Unit.NONE, doc)


def at(name: str, doc: str) -> Column:
    """An instant in UTC; never null."""
    return Column(name, UTC, Unit.NONE, doc, nullable=False)


def flag(name: str, doc: str) -> Column:
    """A yes or no."""
    return Column(name, _BOOL, Unit.NONE, doc)


def count(name: str, doc: str, unit: Unit = Unit.COUNT, *, ge: float = 0) -> Column:
    """A whole number, not negative unless said."""
    return Column(name, _INT, unit, doc, ge=ge)


def move(name: str, doc: str) -> Column:
    """A distance of the index, never negative [index points]."""
    return Column(name, _FLOAT, Unit.INDEX_PTS, doc, ge=0.0, le=50_000.0)
