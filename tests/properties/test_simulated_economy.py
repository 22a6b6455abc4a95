"""What surrounds the simulated tape hangs together with it: funds, credit, money, prices, Shiller's file."""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from sources.simulated import Simulation, fetch_observations, parse_observations

Frames = dict[str, pl.DataFrame]
Path = NDArray[np.float64]


class _Economy:
    """One market's series by name."""

    def __init__(self, seed: int) -> None:
        rows = parse_observations(fetch_observations(Simulation(sessions=2_500, seed=seed)))
        frame = rows.collect(engine="in-memory")
        self.parts = {str(name): part for (name,), part in frame.group_by("series_id")}

    def __getitem__(self, name: str) -> Path:
        return self.parts[name]["value"].to_numpy()

    def returns(self, name: str) -> Path:
        """Logarithmic moves of a close."""
        return np.diff(np.log(self[name]))


@pytest.fixture(scope="module", params=[1, 2, 3])
def economy(request: pytest.FixtureRequest) -> _Economy:
    """A market of ten years."""
    return _Economy(request.param)


@pytest.mark.parametrize(
    ("fund", "low", "high"),
    [("arkk", 1.3, 1.9), ("xlk", 1.05, 1.35), ("xlu", 0.3, 0.7), ("vnq", 0.75, 1.15)],
)
def test_funds_have_their_betas(fund: str, low: float, high: float, economy: _Economy) -> None:
    """A fund moves with the index by the beta such funds have."""
    beta, _ = np.polyfit(economy.returns("spx_close"), economy.returns(f"{fund}_close"), 1)
    assert low < beta < high


def test_real_estate_funds_move_together(economy: _Economy) -> None:
    """Two funds of one sector agree more than two of different ones."""
    estate = economy.returns("vnq_close")
    together = np.corrcoef(estate, economy.returns("xlre_close"))[0, 1]
    apart = np.corrcoef(estate, economy.returns("xlu_close"))[0, 1]
    assert together > 0.9
    assert apart < together - 0.1


def test_fund_follows_index(economy: _Economy) -> None:
    """SPY is a tenth of the index within half a percent, and trades more when the VIX is high."""
    off = np.log(economy["spy_close"] * 10 / economy["spx_close"])
    assert np.abs(off).max() < 0.005
    volume, vix = economy["spy_volume"], economy["vix_close"]
    assert volume[vix > 28].mean() > 1.3 * volume[vix < 15].mean()


def test_credit_and_offerings_follow_stress(economy: _Economy) -> None:
    """Investment-grade spreads widen with the VIX, and fewer companies go public."""
    vix = economy["vix_close"]
    spread, offered = economy["ig_oas"], economy["ipo_priced_count"]
    assert spread.min() > 0.002
    assert spread[vix > 28].mean() > 1.3 * spread[vix < 15].mean()
    assert offered[vix > 28].mean() < 0.8 * offered[vix < 15].mean()


def test_overnight_cash_stays_by_the_policy_rate(economy: _Economy) -> None:
    """SOFR stays within a quarter point of what reserves earn, which moves in quarters."""
    reserves = economy["iorb"]
    assert np.abs(economy["sofr"] - reserves).max() < 0.0025
    moves = np.diff(reserves) / 0.0025
    np.testing.assert_allclose(moves, np.round(moves), atol=1e-6)


def test_three_months_lies_between_its_neighbors(economy: _Economy) -> None:
    """The three-month bill is near the one-month bill, on the side of the two-year note."""
    bill, three, two = (economy[name] for name in ("rf_30d", "treasury_3m", "treasury_2y"))
    assert np.abs(three - bill).max() < 0.006
    assert np.corrcoef(three - bill, two - bill)[0, 1] > 0.3


def test_prices_rise_as_prices_do(economy: _Economy) -> None:
    """Consumer prices grow one to five percent a year and agree with core's and with Shiller's."""
    last = {
        name: economy.parts[name].unique("event_date", keep="last", maintain_order=True)
        for name in ("cpi", "core_cpi", "shiller_cpi")
    }
    growth = {
        name: (part["value"][-1] / part["value"][0]) ** (12 / (part.height - 1)) - 1
        for name, part in last.items()
    }
    assert 0.01 < growth["cpi"] < 0.05
    assert growth["cpi"] == pytest.approx(growth["core_cpi"], abs=0.006)
    assert growth["cpi"] == pytest.approx(growth["shiller_cpi"], abs=0.002)


def test_valuations_are_plausible(economy: _Economy) -> None:
    """Price over earnings, over ten years' earnings, and dividends are where they were since 1990."""
    price = economy["shiller_price"]
    earnings = price / economy["shiller_earnings"]
    yields = economy["shiller_dividend"] / price
    assert 11 < earnings.min() < earnings.max() < 45
    assert 12 < economy["shiller_cape"].min() < economy["shiller_cape"].max() < 60
    assert 0.008 < yields.min() < yields.max() < 0.04


def test_corporations_can_pay(economy: _Economy) -> None:
    """The acid test of corporations stays between one and three, as in the Financial Accounts."""
    held = economy["corporate_liquid_assets"] + economy["corporate_receivables"]
    due = sum(economy[f"corporate_{name}"]
              for name in ("paper", "bank_loans", "other_loans", "payables", "taxes"))  # fmt: skip
    assert 1.0 < (held / due).min() < (held / due).max() < 3.0


def test_dollar_is_one_dollar(economy: _Economy) -> None:
    """The real exchange rate follows the nominal one."""
    days = economy.parts["dollar_broad"]
    month = days.group_by(pl.col("event_date").dt.truncate("1mo")).agg(pl.col("value").mean())
    both = economy.parts["reer_broad"].join(month, on="event_date")
    assert both.height > 110
    assert both.select(pl.corr("value", "value_right")).item() > 0.7


def test_every_value_is_believed(simulated_market: Frames) -> None:
    """No value of the simulated market is stale or suspect at any session."""
    panel = simulated_market["core_as_known_daily"]
    assert panel["freshness"].unique().to_list() == ["ok"]
