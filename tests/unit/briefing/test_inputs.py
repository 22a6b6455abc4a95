"""Where inputs are from and how they stand: strip, status, provenance and charts of a live page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from briefing.context import briefing_of
from briefing.input_labels import INPUT_LABELS
from briefing.model import Briefing
from briefing.render import html, json_text
from briefing.run import RunInfo
from schemas.series import SERIES, SOURCES, USED, watched

Frames = dict[str, pl.DataFrame]
Live = Callable[..., Briefing]
KNOWN = "core_as_known_daily"
LAST = date(2025, 12, 31)


@pytest.fixture
def live(make_frames: Callable[[str], Frames], run_info: RunInfo) -> Live:
    """The live page, with some inputs' columns changed on the last session, or inputs left out."""

    def page(*without: str, checks: pl.DataFrame | None = None, **changed: pl.Expr) -> Briefing:
        frames = make_frames("live")
        known = frames[KNOWN].filter(~pl.col("series_id").is_in(without))
        for column, value in changed.items():
            known = known.with_columns(value.alias(column))
        found = {**frames, KNOWN: known}
        if checks is not None:
            found["ops_check_result"] = checks
        return briefing_of(found, replace(run_info, source="live"))

    return page


def _only(series_id: str, column: str, value: object) -> pl.Expr:
    """A column of one input on the last session, the other rows as they are."""
    is_meant = (pl.col("series_id") == series_id) & (pl.col("session") == LAST)
    return pl.when(is_meant).then(pl.lit(value)).otherwise(pl.col(column))


def _breached(make_frames: Callable[[str], Frames], *struck: tuple[str, str, str]) -> pl.DataFrame:
    """The run's checks and these breaches: table, check, column."""
    held = make_frames("live")["ops_check_result"]
    rows = [
        {**held.row(0, named=True), "table_name": table, "check_id": check,
         "checked_column": column, "check_outcome": "breach", "severity": "warn"}
        for table, check, column in struck
    ]  # fmt: skip
    return pl.concat([held, pl.DataFrame(rows, schema=held.schema)])


def test_every_series_has_a_label() -> None:
    """Each input of the catalogue is named in words, and no two alike."""
    assert set(INPUT_LABELS) == {entry.id for entry in SERIES}
    assert len(set(INPUT_LABELS.values())) == len(INPUT_LABELS)
    assert not [name for name in INPUT_LABELS.values() if "_" in name or name != name.strip()]


@pytest.mark.parametrize("source", SOURCES)
def test_strip_shows_the_used_inputs(
    make_frames: Callable[[str], Frames], run_info: RunInfo, source: str
) -> None:
    """The strip holds what the source offers and a measure uses, and nothing else."""
    page = briefing_of(make_frames(source), replace(run_info, source=source))
    assert {cell.series_id for cell in page.quality.cells} == {e.id for e in watched(source)}
    assert not USED & {name for line in page.quality.collected for name in line.series}


def test_input_shows_where_it_is_from(live: Live) -> None:
    """A used input says publisher, observation date, knowledge time in New York, and age."""
    cell = next(cell for cell in live().quality.cells if cell.series_id == "treasury_10y")
    shown = (cell.publisher, cell.event_date, cell.known_at, cell.age, cell.word)
    assert shown == ("US Treasury", "2025-12-31", "Wed 31 Dec 2025 16:20 ET", "0", "OK")
    assert "known Wed 31 Dec 2025 16:20 ET" in html(live())


def test_missing_used_input_degrades_by_name(live: Live) -> None:
    """What a measure uses and nobody delivered leads the strip and says whose it is."""
    page = live("vix1y_close")
    assert page.status.sentence == "Degraded: 1 used input not current (VIX1Y)."
    assert page.quality.cells[0].sentence == (
        "VIX1Y: no value from Cboe was known by the decision time."
    )
    assert page.quality.summary.startswith("12 of 13 used inputs current; 1 missing.")


def test_many_missing_inputs_stay_one_sentence(live: Live) -> None:
    """However many are missing, the status names three and counts the rest."""
    gone = ("vix1y_close", "vix3m_close", "vix9d_close", "baa_yield", "treasury_2y")
    assert live(*gone).status.sentence == (
        "Degraded: 5 used inputs not current (VIX9D, VIX3M, VIX1Y and 2 more)."
    )


def test_unused_inputs_degrade_nothing(live: Live) -> None:
    """A page is complete though nothing beside the used inputs was received."""
    others = tuple(entry.id for entry in SERIES if entry.id not in USED)
    page = live(*others)
    assert page.status.state == "complete"
    assert {line.state for line in page.quality.collected} == {"no_data"}


def test_suspect_input_says_why(live: Live) -> None:
    """A value that is not believed leads, with the reason in words."""
    page = live(
        freshness=_only("vix_close", "freshness", "suspect"),
        suspicion=_only("vix_close", "suspicion", "unit_slip"),
    )
    first = page.quality.cells[0]
    assert (first.label, first.word) == ("VIX", "SUSPECT")
    assert first.sentence.endswith("taken out as suspect; its size is that of another unit.")
    assert page.quality.summary.startswith("12 of 13 used inputs current; 1 suspect.")
    assert page.status.state == "degraded"


def test_stale_unused_input_is_listed_first(live: Live) -> None:
    """Inputs that share publisher and dates share a line; the stale line comes first."""
    page = live(freshness=_only("nyse_advances", "freshness", "fail"))
    first = page.quality.collected[0]
    assert (first.labels, first.word) == ("NYSE advances", "STALE")
    cboe = next(line for line in page.quality.collected if line.publisher == "Cboe")
    assert cboe.labels.startswith("VIX6M, VVIX, SKEW, VXTH index")


def test_breaches_of_unused_inputs_degrade_nothing(
    live: Live, make_frames: Callable[[str], Frames]
) -> None:
    """A check on what no measure uses is shown as such and leaves the page complete."""
    checks = _breached(make_frames, ("core_rate_daily", "bounds.aaa_yield", "aaa_yield"))
    page = live(checks=checks)
    assert page.status.state == "complete"
    assert page.quality.breaches[0].startswith("Not used by any measure: WARN bounds.aaa_yield")


def test_breaches_are_grouped(live: Live, make_frames: Callable[[str], Frames]) -> None:
    """One check that strikes several columns of a table is one sentence."""
    struck = [("core_index_daily", f"bounds.{name}", name)
              for name in ("spx_close", "vix_close", "vix9d_close", "vix3m_close")]  # fmt: skip
    page = live(checks=_breached(make_frames, *struck))
    assert page.quality.breaches == (
        "WARN bounds on core_index_daily: 4 columns, S&P 500 close, VIX3M, VIX9D and 1 more.",
    )
    assert page.status.sentence == "Degraded: 1 check breached."


def test_missing_input_is_said_once(live: Live, make_frames: Callable[[str], Frames]) -> None:
    """The check that an input is there does not repeat what the input's own cell says."""
    absent = _breached(make_frames, (KNOWN, "fresh.vix1y_close", "freshness of vix1y_close"))
    page = live("vix1y_close", checks=absent)
    assert len(page.status.reasons) == 1
    assert page.quality.checks.endswith("; 1 found the faults of the inputs below.")
    assert live(checks=absent).status.state == "degraded"


def test_empty_calendar_is_said_in_words(live: Live, make_frames: Callable[[str], Frames]) -> None:
    """A table that came without rows is named by what it holds."""
    rows = _breached(make_frames, ("raw_event", "rows", "")).with_columns(
        row_count=pl.when(pl.col("check_id") == "rows").then(0).otherwise("row_count")
    )
    assert live(checks=rows).status.reasons == (
        "No calendar of announcements (FOMC, CPI) was received.",
    )


def test_terms_are_of_the_publishers_used(live: Live) -> None:
    """Terms, notes and attributions are those of this session's rows, not of the catalogue."""
    page = live(publisher=_only("vix_close", "publisher", "FRED"))
    listed = [
        (source.publisher, name)
        for source in page.provenance.sources
        for name in source.series.split(", ")
    ]
    assert ("FRED", "VIX") in listed
    assert ("Cboe", "VIX") not in listed
    mirrored = live(publisher=pl.lit("Cboe"))
    assert [source.publisher for source in mirrored.provenance.sources] == ["Cboe"]
    assert mirrored.provenance.attributions == ()


def test_fred_key_notice_is_shown(live: Live) -> None:
    """Where FRED's API was used the notice that its terms ask for is on the page."""
    assert "not endorsed or certified by the Federal Reserve Bank of St. Louis" in html(live())


def test_live_page_holds_nothing_of_the_sample(live: Live) -> None:
    """No word of the sample or the simulator stands on a live page."""
    text = json_text(live("vix1y_close")).lower().replace("is_simulated", "")
    assert "sample" not in text
    assert "simulat" not in text.replace("simulated and hypothetical results", "")
    assert live().header.source_text.startswith("Live market: each input as its publisher")


def test_another_publisher_is_no_revision(live: Live) -> None:
    """A value that now comes from another publisher is named so, not called revised."""
    page = live(
        publisher=_only("vix_close", "publisher", "FRED"),
        value=_only("vix_close", "value", 2.0),
        event_date=pl.lit(LAST),
    )
    assert (
        "VIX of Wed 31 Dec 2025: 2.00 pts by FRED in place of 1.00 pts by Cboe."
        in page.changes.sentences
    )


def test_chart_names_its_publishers(live: Live) -> None:
    """A live chart's foot names the publishers of its inputs."""
    feet = {figure.figure_id: figure.footer for figure in live().figures}
    assert feet["spread"] == "Source: Cboe; to Wed 31 Dec 2025; gaps: no data."
    assert feet["premium"].startswith("Source: Aswath Damodaran, Cboe, US Treasury; ")


def test_curve_leaves_out_a_missing_tenor(
    make_frames: Callable[[str], Frames], run_info: RunInfo
) -> None:
    """A tenor without a value in a year is named as missing and takes no room in the chart."""
    frames = make_frames("live")
    blank = pl.lit(None, dtype=pl.Float64).alias("vix1y_close")
    index = frames["core_index_daily"].with_columns(blank)
    figure = briefing_of(
        {**frames, "core_index_daily": index}, replace(run_info, source="live")
    ).figures[-1]
    assert figure.subtitle.startswith("VIX9D to VIX6M (no VIX1Y), ")
    assert {point.x for line in figure.lines for point in line.points} == {9, 30, 93, 184}


def test_flat_curve_says_whose_fault_it_is(
    make_frames: Callable[[str], Frames], run_info: RunInfo
) -> None:
    """Where a live source delivered the VIX alone, the chart does not say that it offers no more."""
    frames = make_frames("live")
    tenors = ("vix9d_close", "vix3m_close", "vix6m_close", "vix1y_close")
    index = frames["core_index_daily"].with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in tenors
    )
    page = briefing_of({**frames, "core_index_daily": index}, replace(run_info, source="live"))
    assert page.figures[-1].missing == "NO DATA: no tenor beside the VIX is known today."


def test_unknown_schedule_is_said(make_frames: Callable[[str], Frames], run_info: RunInfo) -> None:
    """A gate on announcements without a calendar says that no schedule was known."""
    frames = make_frames("simulated")
    rules = frames["mart_rule_evaluation_daily"]
    is_gate = (pl.col("rule_id") == "G-4") & (pl.col("condition_no") == 1)
    blank = rules.with_columns(driver_value=pl.when(~is_gate).then("driver_value"))
    page = briefing_of({**frames, "mart_rule_evaluation_daily": blank}, run_info)
    gate = next(rule for rule in page.gates.gates if rule.rule_id == "G-4")
    assert gate.clauses[0].text == (
        "Distance to the FOMC decision is missing (no schedule of it was known)"
    )
