"""Option prices, Greeks and implied volatilities, against QuantLib and py_vollib_vectorized.

The peers are no dependency of ours and need other versions than ours, so each gets an environment
of its own for the run; where it cannot be made, a line says so and its figures are left out. All
value the same contracts, each in a process of its own, in turn.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.measure import ROOT, Figure, say
from pricing.black import black76_price

_REPEATS = 3
_WORKS = {"price": "price", "greeks": "price and Greeks", "implied": "implied volatility"}
_AGREEMENT = 1e-12

_TIMED = """
import json, sys, time
import numpy as np
folder, count = sys.argv[1], int(sys.argv[2])
f, k, t, v, d, s, p = np.load(folder + "/contracts.npy")[:, :count]
def best(work):
    work(p[:10])
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        work(p)
        taken.append(time.perf_counter() - start)
    return min(taken) / count
"""
_OURS = (
    _TIMED
    + """
from pricing.black import black76_greeks, black76_price, implied_vol
works = {
    "price": lambda p: black76_price(f, k, t, v, d, s),
    "greeks": lambda p: black76_greeks(f, k, t, v, d, s),
    "implied": lambda p: implied_vol(p, f[:len(p)], k[:len(p)], t[:len(p)], d[:len(p)], s[:len(p)]),
}
print(json.dumps({name: best(work) for name, work in works.items()}))
"""
)
_QUANTLIB = (
    _TIMED
    + """
import QuantLib as ql
sides = [ql.Option.Call if one > 0 else ql.Option.Put for one in s]
rows = list(zip(sides, k.tolist(), f.tolist(), (v * np.sqrt(t)).tolist(), d.tolist(), t.tolist()))
def price(p):
    return [ql.blackFormula(side, k, f, dev, d) for side, k, f, dev, d, _ in rows[:len(p)]]
def greeks(p):
    for side, k, f, dev, d, t in rows[:len(p)]:
        one = ql.BlackCalculator(ql.PlainVanillaPayoff(side, k), f, dev, d)
        one.value(), one.deltaForward(), one.gammaForward(), one.vega(t), one.thetaPerDay(f, t), one.rho(t)
def implied(p):
    for (side, k, f, _, d, t), price in zip(rows, p.tolist()):
        try:
            ql.blackFormulaImpliedStdDev(side, k, f, price, d) / t**0.5
        except RuntimeError:
            pass
np.save(folder + "/quantlib.npy", price(p))
print(json.dumps({"price": best(price), "greeks": best(greeks), "implied": best(implied)}))
"""
)
_VOLLIB = (
    _TIMED
    + """
import warnings
warnings.simplefilter("ignore")
import py_vollib_vectorized as pv
flag = np.where(s > 0, "c", "p")
r = -np.log(d) / t
def cut(p):
    return [array[:len(p)] for array in (flag, f, k, t, r, v)]
def price(p):
    flag, f, k, t, r, v = cut(p)
    pv.vectorized_black(flag, f, k, t, r, v, return_as="numpy")
def greeks(p):
    flag, f, k, t, r, v = cut(p)
    price(p)
    pv.get_all_greeks(flag, f, k, t, r, v, model="black", return_as="dict")
def implied(p):
    flag, f, k, t, r, v = cut(p)
    pv.vectorized_implied_volatility_black(p, f, k, r, t, flag, return_as="numpy", on_error="ignore")
print(json.dumps({"price": best(price), "greeks": best(greeks), "implied": best(implied)}))
"""
)
_PEERS = {
    "QuantLib's loop": (_QUANTLIB, ("QuantLib", "numpy"), 200_000, 20.0),
    "py_vollib_vectorized": (
        _VOLLIB,
        ("py_vollib_vectorized", "numpy<2", "numba<0.59", "pandas<3", "setuptools<81"),
        500_000,
        10.0,
    ),
}
_OUR_COUNT = 4_000_000


def figures(folder: Path) -> list[Figure]:
    """P3: how many times a peer's throughput, and how far from QuantLib's prices."""
    folder.mkdir(parents=True)
    np.save(folder / "contracts.npy", _contracts(_OUR_COUNT))
    pythons = {name: _environment(folder, name, peer[1]) for name, peer in _PEERS.items()}
    found: list[Figure] = []
    for name, python in pythons.items():
        if python is None:
            continue
        try:
            found += _against(name, python, folder)
        except subprocess.CalledProcessError as error:
            say(f"{name} is left out: it does not run here ({error.stderr.strip()[-200:]})")
    if (folder / "quantlib.npy").exists():
        found.append(_agreement(folder))
    return found


def _contracts(size: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Forward, strike, years, volatility, discount, kind and price, strikes within 3 deviations."""
    draw = np.random.default_rng(5)
    forward, years = draw.uniform(10, 6_000, size), draw.uniform(0.02, 2.0, size)
    volatility = draw.uniform(0.08, 1.2, size)
    strike = forward * np.exp(draw.uniform(-3, 3, size) * volatility * np.sqrt(years))
    discount, sign = np.exp(-0.04 * years), draw.choice([-1.0, 1.0], size)
    price = black76_price(forward, strike, years, volatility, discount, sign)
    return np.stack([forward, strike, years, volatility, discount, sign, price])


def _against(name: str, python: str, folder: Path) -> list[Figure]:
    program, _, count, goal = _PEERS[name]
    taken: dict[str, list[dict[str, float]]] = {"ours": [], "theirs": []}
    for _ in range(_REPEATS):
        taken["ours"].append(_timed(sys.executable, _OURS, folder, _OUR_COUNT))
        taken["theirs"].append(_timed(python, program, folder, count))
    ours, theirs = (
        {work: median(run[work] for run in runs) for work in _WORKS} for runs in taken.values()
    )
    say(", ".join(f"{work} {1e-6 / ours[work]:.1f} M/s, {name} {1e-6 / theirs[work]:.2f}" for work in _WORKS))  # fmt: skip
    return [
        Figure("P3", f"options a second: {said}", name, theirs[work] / ours[work], goal, at_least=True)
        for work, said in _WORKS.items()
    ]  # fmt: skip


def _agreement(folder: Path) -> Figure:
    forward, strike, *rest, _ = np.load(folder / "contracts.npy")
    theirs = np.load(folder / "quantlib.npy")
    terms = [array[: theirs.size] for array in (forward, strike, *rest)]
    # Theirs is a difference of two products: what it loses far out is no difference of ours.
    larger = np.maximum(terms[0], terms[1])
    apart = (np.abs(black76_price(*terms) - theirs) / np.maximum(theirs, 1e-3 * larger)).max()
    return Figure("P3", "largest relative difference of a price", "QuantLib's, in units of 1e-12",
                  float(apart) / _AGREEMENT, 1.0)  # fmt: skip


def _environment(folder: Path, name: str, requirements: Sequence[str]) -> str | None:
    """Python of a new environment with these packages (the first names it), or nothing."""
    home = folder / requirements[0]
    python = str(home / "bin" / "python")
    try:
        _quiet([sys.executable, "-m", "venv", str(home)])
        _quiet([python, "-m", "pip", "install", "-q", *requirements])
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"{name} is left out: its environment cannot be made here ({error})")
        return None
    return python


def _quiet(words: Sequence[str]) -> None:
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603 -- our own program


def _timed(python: str, program: str, folder: Path, count: int) -> dict[str, float]:
    """Seconds per option of each work."""
    done = subprocess.run(  # noqa: S603 -- our own program
        [python, "-c", program, str(folder), str(count)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds: dict[str, float] = json.loads(done.stdout)
    return seconds
