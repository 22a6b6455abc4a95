"""Blocks 10 and 11: the case against the rules, the words, the disclaimer."""

from briefing.back_matter import Appendix, Disclaimer
from briefing.measures import measure_lines
from briefing.rows import Rows
from schemas.measures import NOT_USED
from schemas.words import WORDS

_SHORT = (
    "Educational output of a rules engine run by the user on the user's settings. Not investment "
    "advice, not an offer. May be wrong, late or incomplete: check the data strip."
)


def appendix(rows: Rows) -> Appendix:
    """Every measure, what is not used and why, the glossary, and every hash in full."""
    run = rows.run
    return Appendix(
        measures=measure_lines(rows),
        not_used=tuple((one.term, one.reason) for one in NOT_USED),
        glossary=WORDS,
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
