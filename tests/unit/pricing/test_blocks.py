"""Many values and few, compiled and not: the same bits."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pricing import blocks, compiled, kernels
from pricing.blocks import evaluate

Floats = NDArray[np.float64]

KERNELS = [("black76_price", 1), ("bsm_price", 1), ("greeks", 7), ("implied", 2)]


def _inputs(name: str, size: int) -> list[Floats]:
    draw = np.random.default_rng(9)
    spot = draw.uniform(1, 6_000, size)
    strike = spot * np.exp(draw.normal(0.0, 0.4, size))
    years = draw.uniform(-0.01, 2.0, size)
    sign = draw.choice([-1.0, 1.0], size)
    if name == "implied":
        return [draw.uniform(0, 900, size), spot, strike, years, draw.uniform(0.9, 1.0, size), sign]
    volatility, rate = draw.uniform(0, 2.0, size), draw.uniform(-0.01, 0.1, size)
    if name == "black76_price":
        return [spot, strike, years, volatility, 1.0 - rate, sign]
    return [spot, strike, years, volatility, rate, draw.uniform(0, 0.1, size), sign]


@pytest.mark.parametrize(("name", "outputs"), KERNELS)
def test_value_depends_on_itself_alone(name: str, outputs: int) -> None:
    """An option has the same bits alone as among nine thousand others."""
    inputs = _inputs(name, 9_000)
    many = evaluate(getattr(kernels, name), outputs, inputs)
    for at in (0, 1, 4_095, 4_096, 8_999):
        one = evaluate(getattr(kernels, name), outputs, [array[at] for array in inputs])
        for row, alone in zip(many, one, strict=True):
            assert np.array_equal(row[at], alone, equal_nan=True)


@pytest.mark.parametrize(("name", "outputs"), KERNELS)
def test_compiled_has_the_same_bits(
    name: str, outputs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Numba makes of a kernel gives NumPy's bits, unknown values included."""
    pytest.importorskip("numba")
    inputs = _inputs(name, 70_001)
    plain = evaluate(getattr(kernels, name), outputs, inputs)
    monkeypatch.setattr(blocks, "COMPILED_FROM", 1)
    fast = evaluate(getattr(kernels, name), outputs, inputs)
    assert np.isnan(plain[0]).any()
    assert np.isfinite(plain[0]).any()
    for slow, quick in zip(plain, fast, strict=True):
        assert np.array_equal(slow, quick, equal_nan=True)


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Numba is missing, many values are priced by NumPy."""
    monkeypatch.setattr(compiled, "is_available", lambda: False)
    monkeypatch.setattr(blocks, "COMPILED_FROM", 1)
    (found,) = evaluate(kernels.black76_price, 1, (100.0, [90.0, 110.0], 0.5, 0.2, 1.0, 1.0))
    assert np.isfinite(found).all()


def test_arrays_that_may_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns that another library lends are only read, and give the same as copies of them."""
    pytest.importorskip("numba")
    monkeypatch.setattr(blocks, "COMPILED_FROM", 1)
    inputs = _inputs("black76_price", 500)
    mine = evaluate(kernels.black76_price, 1, inputs)
    for array in inputs:
        array.flags.writeable = False
    theirs = evaluate(kernels.black76_price, 1, inputs)
    assert np.array_equal(mine[0], theirs[0], equal_nan=True)
