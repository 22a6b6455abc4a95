"""Blocks 10 and 11: the case against the rules, the words, the disclaimer."""

from briefing.model import Appendix, Disclaimer
from briefing.rows import Rows

_NOT_USED = (
    ("MEV, DEX and AMM flows", "no study ties them to the equity risk premium"),
    ("ICO and IPO counts before VIX steepening", "no support found; IPO sentiment is relative"),
    ("Order-to-trade ratio of fast traders", "published with a quarter's lag"),
    ("Corporate quick ratio as market liquidity", "no link to the VIX found"),
    ("REER and rate-differential triggers", "no study shows that they should move a hedge layer"),
    ("Published win rates and recovery figures", "their parameters are undisclosed"),
    ("Multi-signature voting as a forecast", "kept only as a quorum: it can delay, never predict"),
)

_GLOSSARY = (
    ("Percentile", ("share of the previous ten years' values, at least three years of them, "
     "that lie below today's; windows of volatility overlap, so they are not independent")),
    ("Range estimators", ("volatility from highs and lows; in the tables, not on this page: "
     "stale opens of a cash index bias them low, which a flag then says")),
    ("Age", "sessions from the date a value describes to the session of the page"),
    ("Contango", "VIX3M above the VIX; the opposite is backwardation"),
    ("Cost of equity", "10-year Treasury yield plus beta times the equity risk premium"),
    ("Daily moves", ("distance to a threshold over the standard deviation of the driver's daily "
     "change, 63 sessions")),
    ("ERP, cash flows", ("the return above the 10-year yield at which a two-stage model of "
     "dividends and buybacks meets the index price")),
    ("ERP, options", "the least premium that option variance implies; here from the VIX"),
    ("Layers", ("L1 short, L2 middle and L3 long VIX options; SE is the Second Engine, off unless "
     "its own rule asks for a review")),
    ("MACD", "12-session less 26-session exponential mean; its signal is a 9-session mean"),
    ("Multiplier", "multiple of a layer's base number of contracts"),
    ("Quorum", "signatures that a multiplier above 1.00 needs; an unknown signer has not signed"),
    ("Realized volatility", "root of 252 times the mean squared log return of the window"),
    ("Vol-fundamental gap", ("log of the options' premium less log of the cash flows' premium; its "
     "distance from its past mean in standard deviations (z) is the matrix's row")),
    ("Volatility cone", "percentiles of realized volatility by window over the previous ten years"),
)  # fmt: skip

_SHORT = (
    "Educational output of a rules engine run by the user on the user's settings. Not investment "
    "advice, not an offer. May be wrong, late or incomplete: check the data strip."
)


def appendix(rows: Rows) -> Appendix:
    """What is not used and why, the glossary, and every hash in full."""
    run = rows.run
    return Appendix(
        not_used=_NOT_USED,
        glossary=_GLOSSARY,
        hashes=(("Data", run.data_hash), ("Policy", run.policy_hash), ("Code", run.code_hash)),
    )


def disclaimer() -> Disclaimer:
    """What the page is not; the short form stands at every page's foot."""
    return Disclaimer(
        short=_SHORT,
        paragraphs=(
            (
                "Educational output of a rules engine run by the user on the user's settings. Not "
                "investment advice, not an offer, not personalized to you by the authors. It may be "
                "wrong, late or incomplete: check the data strip. No orders are routed."
            ),
            (
                "Options and futures can lose more than expected and are not suitable for all "
                "investors; read Characteristics and Risks of Standardized Options of the Options "
                "Clearing Corporation first. Simulated and hypothetical results have inherent limits "
                "and benefit from hindsight; they are not results of actual trading."
            ),
            (
                "The thresholds are an example policy taken from an article; they are not validated, "
                "and the evidence found, favorable or not, is printed beside them. The project is "
                "unaffiliated with the article's authors. VIX, S&P 500 and SPX are trademarks of "
                "their owners and are named only to say what is measured."
            ),
        ),
    )
