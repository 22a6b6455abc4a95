"""The volatility estimators on ten bars, against an independent calculation."""

import polars as pl
import pytest

from transforms import volatility
from transforms.returns import log_return

BARS = (
    (100, 101.2, 99.4, 100.8), (101, 101.9, 100.2, 100.5), (100.1, 100.7, 98.6, 98.9),
    (98.5, 99.9, 98.1, 99.6), (99.8, 101.5, 99.5, 101.3), (101.6, 102.4, 100.9, 101.1),
    (100.9, 101, 99.2, 99.5), (99.9, 100.8, 99.1, 100.6), (100.4, 102, 100.3, 101.8),
    (102.1, 102.6, 101, 101.4), (101.2, 101.8, 99.9, 100.2),
)  # fmt: skip
OPEN, HIGH, LOW, CLOSE = (pl.col(name) for name in ("open", "high", "low", "close"))
RETURN = log_return(CLOSE)


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (volatility.realized_vol(RETURN, 10), 0.179580),
        (volatility.realized_vol_cc(RETURN, 10), 0.189030),
        (volatility.realized_vol_parkinson(HIGH, LOW, 10), 0.169707),
        (volatility.realized_vol_garman_klass(OPEN, HIGH, LOW, CLOSE, 10), 0.170305),
        (volatility.realized_vol_gkyz(OPEN, HIGH, LOW, CLOSE, 10), 0.176522),
        (volatility.realized_vol_rogers_satchell(OPEN, HIGH, LOW, CLOSE, 10), 0.165644),
        (volatility.realized_vol_yang_zhang(OPEN, HIGH, LOW, CLOSE, 10), 0.174208),
    ],
    ids=["zero mean", "about mean", "Parkinson", "Garman-Klass", "with gaps", "Rogers-Satchell",
         "Yang-Zhang"],
)  # fmt: skip
def test_estimator(estimator: pl.Expr, expected: float) -> None:
    """KAT-10: ten bars, the first of eleven only supplies the close before them."""
    bars = pl.LazyFrame(BARS, schema=["open", "high", "low", "close"], orient="row")
    found = bars.select(value=estimator).collect(engine="in-memory")["value"]
    assert found[-1] == pytest.approx(expected, abs=5e-7)
