"""Simulated option chain of the last session: S&P 500 and VIX options, coherent with the tape.

One volatility smile per expiry, of which the VIX of that term is the variance; every price follows
from it, the forward and the rate, so that calls and puts agree within their spreads. VIX options
are priced on the VX future that settles with them.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta

import numpy as np
import polars as pl
from scipy.special import ndtr

from sources.delimited import dates, figures, instants, text_table
from sources.errors import SourceError
from sources.simulated_noise import Path, stream
from sources.simulated_plants import DEAR_CALL
from sources.simulated_schedule import new_york

CHAIN_FILE = "simulated_chain"
COLUMNS = ("quote_at", "root", "expiry", "strike", "right", "bid", "ask", "iv", "delta",
           "open_interest", "volume", "underlying")  # fmt: skip

_SNAPSHOT, _HALF_DAY_SNAPSHOT = time(16, 14, 59), time(13, 14, 59)
_DIVIDENDS = 0.013  # yield of the S&P 500
_MONTH = 30
_FRIDAY = 4
_FARTHEST = 60  # calendar days from which the third S&P 500 expiry is taken
_VIX_EXPIRIES = 3
_MOST_STRIKES = 100
_STEPS = (5.0, 10.0, 25.0, 50.0, 100.0, 250.0)
_LOWEST, _HIGHEST = -6.0, 3.5  # strikes in standard deviations of the expiry
# Raw SVI over the log strike in standard deviations; shares of the variance.
_LEVEL, _SLOPE, _LEAN, _CENTER, _WIDTH = 0.50, 0.28, -0.6, 0.1, 1.0
_VIX_STRIKES = np.concatenate(
    [np.arange(10.0, 20.0, 0.5), np.arange(20.0, 30.0), np.arange(30.0, 61.0, 5.0)]
)
_CHEAP = 3.0  # below it prices move by five cents, above by ten


@dataclass(frozen=True)
class Close:
    """What the chain is made from: the last session's figures as published.

    Attributes:
        session: the last session.
        is_half_day: whether it ended at 13:00.
        spx: index points.
        vix: volatility points.
        vvix: volatility points.
        term: days and volatility of the VIX family, in order of days [volatility points].
        rates: days and yield of bills, in order of days [decimal].
    """

    session: date
    is_half_day: bool
    spx: float
    vix: float
    vvix: float
    term: tuple[tuple[float, float], ...]
    rates: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Options:
    """One expiry's contracts: calls, then puts, each strike once."""

    root: str
    expiry: date
    strike: Path
    is_call: Path
    price: Path
    vol: Path
    delta: Path
    underlying: float


def chain(close: Close, listed: list[tuple[str, date]], vx: list[tuple[date, float]], seed: int,
          *, has_dear_call: bool = False) -> pl.DataFrame:  # fmt: skip
    """Quotes of three S&P 500 and three VIX expiries at the end of the last session.

    Args:
        close: the last session's figures.
        listed: root and date of every expiry there is.
        vx: expiry and settlement of that session's VX contracts.
        seed: of the market.
        has_dear_call: plants one call, at the money of the first expiry, above parity.
    """
    found = [_spx(close, root, day) for root, day in _spx_expiries(close.session, listed)]
    monthly = {day for root, day in listed if root == "VIX"}
    futures = [one for one in vx if one[0] in monthly and one[0] > close.session]
    found += [_vix(close, day, settle) for day, settle in futures[:_VIX_EXPIRIES]]
    at = _HALF_DAY_SNAPSHOT if close.is_half_day else _SNAPSHOT
    quote_at = new_york(close.session, at).strftime("%Y-%m-%dT%H:%M:%SZ")
    frames = [
        _quoted(options, seed, dear=has_dear_call and place == 0)
        for place, options in enumerate(found)
    ]
    return pl.concat(frames).select(pl.lit(quote_at).alias("quote_at"), *COLUMNS[1:])


def parse_quotes(payload: bytes) -> pl.LazyFrame:
    """The columns of ``raw_option_quote`` less its provenance; null where there is no bid.

    Raises:
        SourceError: another header, a cell that does not read as stated, or a right that is
            neither C nor P.
    """
    table = text_table(payload, file=CHAIN_FILE, header=COLUMNS)
    right = table.get_column("right")
    if not right.is_in(["C", "P"]).all():
        raise SourceError(
            f"{CHAIN_FILE}: column right has {sorted(set(right.to_list()))}; accepted are C and P; "
            "make the file again"
        )
    numbers = {name: figures(table, name, file=CHAIN_FILE)
               for name in ("strike", "bid", "ask", "iv", "delta", "underlying")}  # fmt: skip
    whole = {name: figures(table, name, file=CHAIN_FILE).cast(pl.Int64)
             for name in ("open_interest", "volume")}  # fmt: skip
    return (
        table.select("root", "right")
        .with_columns(
            quote_at=instants(table, "quote_at", file=CHAIN_FILE),
            expiry=dates(table, "expiry", file=CHAIN_FILE, layout="%Y-%m-%d"),
            **numbers,
            **whole,
        )
        .select(COLUMNS)
        .lazy()
    )


def _spx_expiries(session: date, listed: list[tuple[str, date]]) -> list[tuple[str, date]]:
    """The two weekly ones that enclose thirty days, and the first monthly beyond sixty.

    Weekly ones end on Fridays, or on the Thursday before where that is no session; the third
    Friday's is the monthly.
    """
    monthly = {day for root, day in listed if root == "SPX"}
    every = monthly | {day for root, day in listed if root == "SPXW"}
    weekly = {day for day in every if _ends_week(day, every)}
    days = sorted(day for day in monthly | weekly if day > session)
    limit, beyond = session + timedelta(days=_MONTH), session + timedelta(days=_FARTHEST)
    near = [day for day in days if day <= limit][-1:]
    after = [day for day in days if day > limit][:1]
    far = [day for day in days if day > beyond and day in monthly][:1]
    chosen = dict.fromkeys((*near, *after, *far))
    return [("SPX" if day in monthly else "SPXW", day) for day in chosen]


def _ends_week(day: date, every: set[date]) -> bool:
    friday = day + timedelta(days=(_FRIDAY - day.weekday()) % 7)
    return day == friday or (friday - day == timedelta(days=1) and friday not in every)


def _spx(close: Close, root: str, expiry: date) -> _Options:
    days = (expiry - close.session).days
    years = days / 365
    vol = _term_vol(close.term, days)
    rate = _rate(close, days)
    forward = close.spx * np.exp((rate - _DIVIDENDS) * years)
    deviation = vol * np.sqrt(years)
    strike = _strikes(forward, deviation)
    scale = _scale(deviation)

    def smile(level: Path) -> Path:
        return scale * vol * np.sqrt(_variance_share(np.log(level / forward) / deviation))

    return _priced(root, expiry, strike, (forward, years, rate), smile(strike), close.spx)


def _vix(close: Close, expiry: date, settle: float) -> _Options:
    days = (expiry - close.session).days
    at_the_money = close.vvix / 100 * np.exp(-0.9 * max(days - _MONTH, 0) / 365)
    vol = at_the_money * (1.0 + 0.25 * np.tanh(np.log(_VIX_STRIKES / settle)))
    market = (settle, days / 365, _rate(close, days))
    return _priced("VIX", expiry, _VIX_STRIKES, market, vol, close.vix)


def _rate(close: Close, days: int) -> float:
    """The bill of that life, continuously compounded from its bond-equivalent yield."""
    at, yields = zip(*close.rates, strict=True)
    return 2.0 * float(np.log1p(np.interp(days, at, yields) / 2))


def _term_vol(term: tuple[tuple[float, float], ...], days: int) -> float:
    """Volatility to an expiry: the family's variances joined by straight lines [decimal]."""
    at, points = zip(*term, strict=True)
    total = [(point / 100) ** 2 * day for day, point in zip(at, points, strict=True)]
    inside = float(np.interp(days, (0.0, *at), (0.0, *total)))
    return float(np.sqrt(inside / min(days, at[-1])))


def _strikes(forward: float, deviation: float) -> Path:
    """Round strikes over the range, no more than a hundred."""
    low, high = (forward * np.exp(end * deviation) for end in (_LOWEST, _HIGHEST))
    step = next((s for s in _STEPS if (high - low) / s < _MOST_STRIKES), _STEPS[-1])
    return np.arange(np.ceil(max(low, step) / step), np.floor(high / step) + 1) * step


def _variance_share(deviations: Path) -> Path:
    """Implied variance over that of the VIX, before scaling, by log strike in deviations."""
    off = deviations - _CENTER
    share: Path = _LEVEL + _SLOPE * (_LEAN * off + np.sqrt(off**2 + _WIDTH**2))
    return share


def _scale(deviation: float) -> float:
    """What the smile's volatilities are multiplied by, so that its variance is the VIX's."""
    x = np.linspace(-12.0, 8.0, 1_601)  # in deviations
    ratio = np.exp(x * deviation)  # strike over forward
    scale = 1.0
    for _ in range(20):
        total = scale * deviation * np.sqrt(_variance_share(x))
        call, put = _undiscounted(1.0, ratio, total)
        otm = np.where(ratio < 1.0, put, call) / ratio  # dK / K**2 is d(log K) / K
        scale *= deviation / np.sqrt(2.0 * float(np.trapezoid(otm, x * deviation)))
    return scale


def _undiscounted(forward: float, strike: Path, total: Path) -> tuple[Path, Path]:
    """Black's call and put; ``total`` is volatility times the root of time.

    Source:
        Black, "The pricing of commodity contracts", Journal of Financial Economics 3 (1976).
    """
    upper = np.log(forward / strike) / total + total / 2
    call: Path = forward * ndtr(upper) - strike * ndtr(upper - total)
    put: Path = strike * ndtr(total - upper) - forward * ndtr(-upper)
    return call, put


def _priced(
    root: str,
    expiry: date,
    strike: Path,
    market: tuple[float, float, float],
    vol: Path,
    level: float,
) -> _Options:
    """Calls and puts at every strike; ``market`` is forward, years and rate."""
    forward, years, rate = market
    total = vol * np.sqrt(years)
    call, put = _undiscounted(forward, strike, total)
    upper = ndtr(np.log(forward / strike) / total + total / 2)
    price = np.exp(-rate * years) * np.concatenate([call, put])
    delta = np.concatenate([upper, upper - 1.0])
    is_call = np.repeat([1.0, 0.0], strike.size)
    both = np.concatenate([vol, vol])
    return _Options(root, expiry, np.tile(strike, 2), is_call, price, both, delta, level)


def _quoted(options: _Options, seed: int, *, dear: bool) -> pl.DataFrame:
    """Bids and asks on the exchange's grid around the price; no bid below five cents."""
    half = np.maximum(0.05, 0.025 * np.sqrt(options.price))
    bid = _on_grid(np.maximum(options.price - half, 0.0), down=True)
    ask = _on_grid(options.price + half, down=False)
    if dear:
        calls = np.flatnonzero(options.is_call)
        at = calls[np.argmin(np.abs(options.delta[calls] - 0.5))]
        bid[at], ask[at] = np.round(bid[at] + DEAR_CALL, 2), np.round(ask[at] + DEAR_CALL, 2)
    random = stream(seed, f"chain {options.root} {options.expiry}")
    interest = random.poisson(4_000 * np.exp(-8 * np.abs(np.abs(options.delta) - 0.3)))
    frame = pl.DataFrame({
        "strike": options.strike, "bid": bid, "ask": ask, "iv": np.round(options.vol, 4),
        "delta": np.round(options.delta, 4), "open_interest": interest,
        "volume": random.poisson(0.2 * interest),
        "right": np.where(options.is_call > 0, "C", "P"),
    })  # fmt: skip
    return frame.select(
        pl.lit(options.root).alias("root"), pl.lit(options.expiry).alias("expiry"),
        "strike", "right", pl.when(pl.col("bid") > 0).then("bid").alias("bid"), "ask", "iv", "delta",
        "open_interest", "volume", pl.lit(options.underlying).alias("underlying"),
    )  # fmt: skip


def _on_grid(price: Path, *, down: bool) -> Path:
    """The next quote below or above: in five cents up to three dollars, in ten beyond."""
    tick = np.where(price < _CHEAP, 0.05, 0.10)
    steps = np.round(price / tick, 9)  # a price on the grid is not moved by its last digit
    return np.round((np.floor(steps) if down else np.ceil(steps)) * tick, 2)
