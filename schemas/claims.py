"""What the seed article and its publisher's pages claim without support, and what we do with it."""

from typing import NamedTuple


class Claim(NamedTuple):
    """A claim, what the literature says of it, and how the product behaves."""

    text: str
    literature: str
    behavior: str


UNSUPPORTED: tuple[Claim, ...] = (
    Claim("MEV, exchange volume and market makers on chains signal the equity risk premium of US shares",
          "none found; related to short-horizon volatility of crypto assets only",
          "a gauge, hidden unless cross-asset exposure is declared"),
    Claim("Coin and token offerings precede a steeper VIX curve",
          "none; share offerings measure sentiment across stocks, not the timing of the VIX",
          "a gauge"),
    Claim("The order-to-trade ratio of fast traders predicts the VIX over weeks",
          "none found; the public series comes a quarter late", "a gauge"),
    Claim("A divergence of the real exchange rate and the rate differential flips a hedge layer",
          "none found", "a gauge"),
    Claim("The quick ratio of corporations leads the VIX",
          "none; spirals of market liquidity are supported (Brunnermeier and Pedersen 2009)",
          "the market-liquidity analog may ask for a review, nothing more"),
    Claim("A MACD crossover of the VIX adds timing value",
          "not in our own test; no peer-reviewed support found", "a modifier of a quarter of one layer"),
    Claim("A divergence of advances and declines predicts a drawdown within weeks",
          "mixed evidence of practitioners; tops of the line have led by 287 days on average in one count",
          "a modifier, and only together with a hot RSI"),
    Claim("The deviation of the cost of capital gives the optimal hedge size",
          "none; only its variance-premium component has theory behind it",
          "the matrix reads the gap, and costs are capped"),
    Claim("Drawdowns cut by 35 to 40 %, recoveries of 88 %, win rates of 80 to 95 %",
          "unverifiable: parameters are not disclosed", "never printed as a property of this tool"),
    Claim("Temporal Theta, False Binary, Steward and Promoter, Second Engine",
          "names of a brand", "operational definitions of our own, grade D unless stated"),
    Claim("Hedge ratios can be tuned without capital outlay",
          "false in terms of margin", "the margin is printed beside it"),
    Claim("A high implied premium is a distortion, so a mispricing",
          "contested: Martin (2017) reads it as a true premium", "neutral wording: the vol-fundamental gap"),
)  # fmt: skip
"""Methodology appendix D."""
