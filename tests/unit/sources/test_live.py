"""Which files the live market asks for, and that every archived one can be read again."""

from datetime import date
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.raw import RAW_OBSERVATION, RAW_SESSION
from sources.dataset import Link
from sources.errors import SourceError
from sources.live import archived, datasets
from sources.live_choices import EXTRA, Live
from sources.request import Request

EVERYTHING = {"fred_key": SecretStr("k"), "contact": "me@host.org", "extra": frozenset(EXTRA)}
CHOICES = [
    Live(date(2022, 12, 30)),
    Live(date(2026, 11, 23), asked=date(2018, 2, 5)),
    Live(date(2024, 2, 29), asked=date(2022, 12, 30), **EVERYTHING),
    Live(date(2024, 1, 1), **EVERYTHING),  # a holiday
    Live(date(2025, 3, 31), **EVERYTHING),  # nine months later there is no such day
    Live(date(2026, 7, 5), **EVERYTHING),  # a Sunday after a holiday kept on Friday
    Live(date(2026, 11, 23), since=date(2013, 1, 3), **EVERYTHING),
]
SHOWN = ["plain", "asked", "both", "holiday", "month_end", "sunday", "since"]


def _names(choices: Live) -> list[str]:
    return [one.name for one in datasets(choices)]


@pytest.mark.parametrize("choices", CHOICES, ids=SHOWN)
def test_names_are_unique(choices: Live) -> None:
    """No two files of one run share a name in the archive, and the calendar is the first."""
    names = _names(choices)
    assert sorted(set(names)) == sorted(names)
    assert datasets(choices)[0].table == RAW_SESSION


def test_archived_finds_every_name() -> None:
    """Whatever was archived under any day's choices is read by the same adapter afterwards."""
    offered = {one.name: one for choices in CHOICES for one in datasets(choices)}
    for name, one in offered.items():
        found = archived(name)
        assert found is not None, name
        stated = (one.name, one.table, one.publisher, one.terms)
        assert (found.name, found.table, found.publisher, found.terms) == stated


@pytest.mark.parametrize(
    "name",
    ["", "x", "cboe_ndx", "fred_none", "vx_day_2022-02-30", "vx_2022-13", "vx_9999", "fomc_0000",
     "treasury_yield_curve_0001", "edgar_1800-01-05", "vx_day_9999-12-31", "fomc_1950"],
)  # fmt: skip
def test_archived_of_no_adapter(name: str) -> None:
    """A name that no adapter knows, a date that is none included, is answered with none."""
    assert archived(name) is None


def test_own_file_is_archived(tmp_path: Path) -> None:
    """An own file is read by its name, with and without the folder it came from."""
    (tmp_path / "VVIX_Close.csv").write_text("date,value\n2018-02-05,177.34\n")
    (own,) = (one for one in datasets(Live(date(2022, 12, 30), own=tmp_path)) if one.is_local
              and one.table == RAW_OBSERVATION)  # fmt: skip
    again = archived(own.name)
    assert again is not None
    assert (own.name, again.name) == ("own_vvix_close", "own_vvix_close")
    assert own.fetch is not None
    rows = again.parse(own.fetch()).collect(engine="in-memory").rows()
    assert rows == [("vvix_close", date(2018, 2, 5), 177.34)]


def test_fund_file_is_named_by_symbol(tmp_path: Path) -> None:
    """``XLRE.csv`` with dates and closes is the fund's series."""
    (tmp_path / "XLRE.csv").write_text("date,close\n2018-02-05,30.25\n")
    own = next(one for one in datasets(Live(date(2022, 12, 30), own=tmp_path))
               if one.name == "own_xlre")  # fmt: skip
    assert own.fetch is not None
    rows = own.parse(own.fetch()).collect(engine="in-memory").rows()
    assert rows == [("xlre_close", date(2018, 2, 5), 30.25)]


def test_own_files_of_one_name_refused(tmp_path: Path) -> None:
    """Two own files that differ in capitals only would be one file in the archive."""
    for name in ("VIX.csv", "vix.csv"):
        (tmp_path / name).write_text("date,close\n2018-02-05,37.32\n")
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system knows no capitals")
    with pytest.raises(SourceError, match=r"holds VIX\.csv and vix\.csv"):
        datasets(Live(date(2022, 12, 30), own=tmp_path))


def test_missing_own_folder_is_none(tmp_path: Path) -> None:
    """A folder for own files that is not there offers none."""
    choices = Live(date(2022, 12, 30), own=tmp_path / "none")
    assert _names(choices) == _names(Live(date(2022, 12, 30)))


def test_nothing_asked_unless_turned_on() -> None:
    """Without key, contact and choice nothing is asked whose terms or use want one."""
    names = _names(Live(date(2022, 12, 30)))
    shy = ("alfred_", "release_", "edgar_", "midas_", "nasdaq_", "defillama_", "wsj_", "yahoo_")
    assert [name for name in names if name.startswith(shy)] == []
    found = _names(Live(date(2022, 12, 30), **EVERYTHING))
    assert all(any(name.startswith(one) for name in found) for one in shy)


def test_volume_comes_with_the_closes() -> None:
    """A fund's chart is asked for once and read for closes and shares traded."""
    charts = {one.name: one for one in datasets(Live(date(2022, 12, 30), extra=frozenset({"yahoo"})))
              if one.name.startswith("yahoo_")}  # fmt: skip
    assert "yahoo_spy" in charts
    assert not [name for name in charts if "volume" in name]
    parse = charts["yahoo_spy"].parse
    assert isinstance(parse, partial)
    assert (parse.keywords["series_id"], parse.keywords["volume_id"]) == ("spy_close", "spy_volume")
    other = charts["yahoo_vnq"].parse
    assert isinstance(other, partial)
    assert other.keywords["volume_id"] is None


def test_keys_are_secrets() -> None:
    """A key is a secret of its own publisher's requests, and stands in no other's."""
    choices = Live(date(2022, 12, 30), fred_key=SecretStr("f"), bls_key=SecretStr("b"))
    carried: dict[str, set[str]] = {}
    for one in datasets(choices):
        if isinstance(one.where, Request):
            told = {secret.get_secret_value() for _, secret in one.where.secrets}
            carried.setdefault(one.where.publisher.name, set()).update(told)
            assert not told & {value for _, value in one.where.query}
    assert {name: told for name, told in carried.items() if told} == {
        "ALFRED": {"f"}, "US Bureau of Labor Statistics": {"b"},
    }  # fmt: skip


def test_link_leads_from_its_page() -> None:
    """A file that a page names is asked for after the page."""
    names = _names(Live(date(2022, 12, 30), **EVERYTHING))
    links = {one.name: one.where.page for one in datasets(Live(date(2022, 12, 30), **EVERYTHING))
             if isinstance(one.where, Link)}  # fmt: skip
    assert links == {"shiller_workbook": "shiller_page", "midas_quarter": "midas_page"}
    assert all(names.index(page) < names.index(name) for name, page in links.items())


def test_contracts_around_both_days() -> None:
    """The contracts listed on the day described and today, and the last session's settlements."""
    names = _names(Live(date(2024, 1, 2), asked=date(2022, 12, 30)))
    months = [name.removeprefix("vx_") for name in names if name.startswith("vx_20")]
    assert months[0] == "2022-12"
    assert months[-1] == "2024-10"  # nine months ahead of January
    assert len(months) == len(set(months)) == 10 + 10
    assert "vx_day_2023-12-29" in names  # 2024-01-01 was a holiday


def test_years_around_both_days() -> None:
    """Curves of every year, once each: what is known of a day does not hang on what was asked."""
    choices = Live(date(2024, 1, 2), asked=date(2018, 2, 5))
    curves = {one.name[-4:]: one.is_final for one in datasets(choices)
              if one.name.startswith("treasury_yield_curve")}  # fmt: skip
    assert list(curves) == [f"{year}" for year in range(1990, 2025)]
    assert [year for year, is_final in curves.items() if not is_final] == ["2023", "2024"]


def test_years_since() -> None:
    """Told to go back, every year since is asked for, and none before a file's first."""
    choices = Live(date(2024, 1, 2), since=date(2001, 5, 1))
    names = _names(choices)
    assert [name[-4:] for name in names if name.startswith("treasury_real_yield_curve")] == [
        f"{year}" for year in range(2003, 2025)
    ]
    assert "vx_2005-01_archive" not in names  # one file a contract until 2013
    assert "vx_2005-02" in names
