"""Numbers and dates on the page."""

from datetime import UTC, date, datetime

import pytest

from briefing import formats
from briefing.formats import FormatError
from schemas.model import Unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (formats.percent(0.0681), "6.81%"),
        (formats.percent(-0.0681, signed=True), "\u22126.81%"),
        (formats.basis_points(0.0012), "+12 bp"),
        (formats.vol_points(16.254), "16.25 pts"),
        (formats.multiplier(1.25), "1.25\u00d7"),
        (formats.number(4783.3549, 2), "4,783.35"),
        (formats.number(-0.001, 2, signed=True), "0.00"),
        (formats.count(1, "input"), "1 input"),
        (formats.count(1234, "input"), "1,234 inputs"),
        (formats.quantity(1.324, Unit.Z), "+1.32 sd"),
        (formats.quantity(1.0834, Unit.RATIO), "1.083"),
    ],
)
def test_numbers_read_as_expected(text: str, expected: str) -> None:
    """A stored value prints in its unit, with separators and a true minus sign."""
    assert text == expected


@pytest.mark.parametrize(("value", "expected"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"), (34, "34th"), (99.7, "99th"), (0.2, "1st"), (0, "0th"), (100, "100th")])  # fmt: skip
def test_ordinals_follow_english(value: float, expected: str) -> None:
    """A percentile is said as English says it; only what lies beyond all is 0th or 100th."""
    assert formats.ordinal(value) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_unfinite_numbers_are_refused(value: float) -> None:
    """NaN and infinity never reach the page."""
    with pytest.raises(FormatError, match="only finite numbers"):
        formats.percent(value)


def test_missing_value_has_words() -> None:
    """None prints as words and never as a number."""
    for unit in Unit:
        assert formats.quantity(None, unit) == "no data"
    assert formats.change(None, 1.0, Unit.DECIMAL) == "no data"


def test_rates_change_in_basis_points() -> None:
    """The change of a rate is in basis points, of points in points."""
    assert formats.change(0.0450, 0.0462, Unit.DECIMAL) == "+12 bp"
    assert formats.change(16.0, 14.5, Unit.VOL_PTS) == "\u22121.50 pts"


def test_decision_time_in_both_zones() -> None:
    """07:30 New York is 12:30 UTC in winter and 11:30 in summer."""
    winter = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    summer = datetime(2026, 7, 20, 11, 30, tzinfo=UTC)
    assert formats.new_york(winter) == "Mon 23 Nov 2026 07:30 ET"
    assert formats.universal(winter) == "23 Nov 12:30 UTC"
    assert formats.new_york(summer) == "Mon 20 Jul 2026 07:30 ET"


def test_time_without_zone_is_refused() -> None:
    """A time of unknown zone is an error, not a guess."""
    with pytest.raises(FormatError, match="time zone"):
        formats.new_york(datetime(2026, 11, 23, 12, 30))  # noqa: DTZ001 -- the case tested


def test_dates_do_not_depend_on_locale() -> None:
    """Weekday and month come from the page's own words."""
    assert formats.day(date(2026, 11, 20)) == "Fri 20 Nov 2026"
    assert formats.month(date(2025, 12, 1)) == "Dec 2025"


def test_signs_outside_the_typeface_are_spelled() -> None:
    """A sign that the bundled typeface lacks is spelled in signs that it has."""
    assert formats.spelled("ERP \u2265 6.5 %") == "ERP >= 6.5 %"
