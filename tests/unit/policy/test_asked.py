"""What a user asks a column to be is read in display units, or refused with what would do."""

import pytest

from policy.asked import SHORT_NAMES, asked, places, typed
from policy.errors import PolicyError


def _only(text: str) -> float | None:
    (change,) = asked(text)
    return change.value


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("erp_svix30=6.4", 0.064),  # a decimal is asked for in percent
        ("erp_svix30=6.4 %", 0.064),
        ("erp_svix30=6.4%", 0.064),
        ("erp=6.5", 0.065),  # exactly the threshold's own float
        ("rv=15", 0.15),
        ("realized_vol_21d = 15", 0.15),
        ("vix=37.32", 37.32),  # quoted points stay points
        ("vix=37.32pts", 37.32),
        ("gap=-0.5", -0.5),
        ("gap=\N{MINUS SIGN}0.5 z", -0.5),
        ("fomc=2", 2.0),
        ("fomc=2 sessions", 2.0),
        ("term=1.15 ratio", 1.15),
        ("rsi=70 RSI", 70.0),
        ("is_inner_band_inside=no", 0.0),
        ("is_inner_band_inside=True", 1.0),
        ("erp=unknown", None),
        ("is_inner_band_inside=unknown", None),
        ("L1.offer_debit_usd=250", 250.0),
    ],
)
def test_value_is_read_in_display_units(text: str, stored: float | None) -> None:
    """Percent becomes a decimal, everything else stays in its unit, ``unknown`` is null."""
    assert _only(text) == stored


def test_several_are_read_in_order() -> None:
    """Several columns are asked for with commas between, a short name standing for its column."""
    changes = asked("erp_svix30=6.4, rv=15")
    assert [(one.place.name, one.value) for one in changes] == [
        ("erp_svix30", 0.064),
        ("realized_vol_21d", 0.15),
    ]


def test_column_of_two_tables_is_changed_in_both() -> None:
    """One quantity never has two values: every table that holds the column is named."""
    (change,) = asked("rv=15")
    assert set(change.place.tables) >= {"mart_realized_vol_daily", "mart_vol_state_daily"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found ''"),
        ("erp_svix30", "name=value"),
        ("erp=", "name=value"),
        ("=6.4", "name=value"),
        ("erp=6.4,", "found ''"),
        ("spx=2,648.94", "found '648.94'"),  # a comma inside a number
        ("erp_svix31=6.4", "did you mean 'erp_svix30'"),
        ("vixx=20", "did you mean 'vix'"),
        ("erp=6.4,erp_svix30=6.5", "erp_svix30 a second time"),
        ("erp=high", "found 'high'"),
        ("erp=nan", "found 'nan'"),
        ("erp=1e-2", "found '1e-2'"),
        ("erp=6.4 pts", "'6.4 %' or the bare number"),
        ("vix=20 %", "'20 pts' or the bare number"),
        ("erp=6400", "accepted: "),
        ("vix=2.9", "3 pts to 200 pts"),
        ("fomc=2.5", "a whole number"),
        ("fomc=-1", "accepted: 0 sessions"),
        ("is_inner_band_inside=1", "yes or no"),
        ("session=2018-02-05", "columns that the decision reads"),
        ("erp_mark_date=2018-02-01", "columns that the decision reads"),
        ("offer_debit_usd=250", ".offer_debit_usd'"),
        ("L9.offer_debit_usd=250", "offer_debit_usd"),
    ],
)
def test_what_cannot_be_asked_is_refused(text: str, words: str) -> None:
    """A refusal says what was found, what would do, and the nearest name."""
    with pytest.raises(PolicyError) as refused:
        asked(text)
    assert words in str(refused.value)
    assert str(refused.value).startswith("--what-if")


def test_short_names_stand_for_columns() -> None:
    """Every short name stands for a column there is, and is no column itself."""
    known = places()
    assert set(SHORT_NAMES.values()) <= set(known)
    assert not set(SHORT_NAMES) & set(known)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("erp_svix30", 0.0651, "6.51 %"),
        ("realized_vol_21d", 0.14, "14 %"),
        ("vol_gap_z", -0.5, "-0.5 z"),
        ("sessions_to_fomc", 3.0, "3 sessions"),
        ("is_inner_band_inside", 0.0, "no"),
        ("vix_close", None, "unknown"),
    ],
)
def test_shown_value_comes_back(name: str, value: float | None, text: str) -> None:
    """What is shown to be typed is read back as the same number."""
    column = places()[name].column
    assert typed(column, value) == text
    assert _only(f"{name}={text}") == value
