"""No sign of the page comes from a typeface that we did not choose."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from fontTools.ttLib import TTFont

from briefing.context import briefing_of
from briefing.render import json_text
from briefing.run import RunInfo
from flows.policy_text import policy_text
from policy.conditions import described
from policy.model import load

FONTS = Path(__file__).parents[3] / "templates" / "fonts"
RULES = "mart_rule_evaluation_daily"


def _covered() -> set[str]:
    """The signs that every weight of the bundled typeface has."""
    weights = [TTFont(path).getBestCmap() for path in FONTS.glob("*.ttf")]
    assert len(weights) == 3
    return {chr(code) for code in set.intersection(*(set(weight) for weight in weights))}


@pytest.mark.parametrize("source", ["simulated", "sample"])
@pytest.mark.parametrize("name", ["steward", "promoter"])
def test_typeface_covers_the_page(make_frames, run_info: RunInfo, name: str, source: str) -> None:  # noqa: ANN001 -- a fixture
    """Every sign of a page under a delivered policy is in each weight of the bundled typeface."""
    policy, frames = load(name), make_frames(source)
    conditions = [described(rule.when) for rule in policy.rules.values()]
    words = "; ".join([*conditions, "a \u2265 b \u2264 c \u2192 d \u03c3 \u2260 \u2248"])
    stated = frames[RULES].with_columns(condition_text=pl.lit(words))
    run = replace(run_info, source=source, text=policy_text(policy))
    text = json_text(briefing_of({**frames, RULES: stated}, run))
    assert "\u2212" in text
    assert {*text} - {"\n"} <= _covered()
