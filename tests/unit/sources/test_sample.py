"""The sample reads each file of the wheel as its publisher writes it, and refuses any other."""

import gzip
import importlib.util
import sys
from collections.abc import Callable
from datetime import date
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from schemas.raw import RAW_EVENT, RAW_EXPIRY, RAW_OBSERVATION, RAW_SESSION
from schemas.series import offered_by
from sources import sample
from sources.dataset import Dataset
from sources.errors import SourceError

NAMES = {
    "arch_sp500": "sp500",
    "arch_nasdaq": "nasdaq",
    "arch_vix": "vix",
    "arch_default": "default",
    "arch_core_cpi": "core-cpi",
    "arch_wti": "wti",
    "arch_frenchdata": "frenchdata",
}
Bytes = Callable[[str], bytes]
Named = Callable[[str], Dataset]


def _read(dataset: Dataset, payload: bytes) -> dict[tuple[str, date], float]:
    rows = dataset.parse(payload).collect(engine="in-memory")
    assert rows.columns == ["series_id", "event_date", "value"]
    return {(series_id, day): value for series_id, day, value in rows.rows()}


def test_calendar_comes_first() -> None:
    """The calendar is first, since the others' times depend on it; names are unique."""
    every = sample.datasets()
    assert every[0].table == RAW_SESSION
    assert len({dataset.name for dataset in every}) == len(every)
    assert {d.table for d in every[1:]} == {RAW_EXPIRY, RAW_OBSERVATION, RAW_EVENT}


def test_index_file(of_sample: Named, packed: Bytes) -> None:
    """Open, high, low and close are read; adjusted close and volume are not."""
    read = _read(of_sample("arch_sp500"), packed("sp500"))
    assert len(read) == 12
    day = date(2018, 7, 3)
    assert [read[f"spx_{name}", day] for name in ("open", "high", "low", "close")] == [
        1004.75, 1006.0, 990.5, 992.125,
    ]  # fmt: skip


def test_holiday_rows_skipped(of_sample: Named, packed: Bytes) -> None:
    """Holidays that FRED's layout lists without a value leave no row."""
    assert _read(of_sample("arch_vix"), packed("vix")) == {
        ("vix_close", date(2018, 7, 2)): 15.5,
        ("vix_close", date(2018, 7, 3)): 16.25,
        ("vix_close", date(2018, 7, 5)): 14.75,
    }
    assert _read(of_sample("arch_wti"), packed("wti")) == {
        ("wti_close", date(1986, 2, 14)): 15.5,
        ("wti_close", date(1986, 2, 19)): 14.25,
    }


def test_months_of_french(of_sample: Named, packed: Bytes) -> None:
    """192607 is July 1926, and the bill rate stays in percent a month as published."""
    read = _read(of_sample("arch_frenchdata"), packed("frenchdata"))
    assert read["rf_30d", date(1926, 7, 1)] == 0.25
    assert read["hml_return", date(1926, 8, 1)] == 4.0
    assert len(read) == 8


def test_other_files(of_sample: Named, packed: Bytes) -> None:
    """Corporate yields, the price index and NASDAQ are read from their own files."""
    yields = _read(of_sample("arch_default"), packed("default"))
    assert (yields["aaa_yield", date(1919, 2, 1)], yields["baa_yield", date(1919, 2, 1)]) == (
        5.25,
        7.5,
    )
    assert (
        _read(of_sample("arch_core_cpi"), packed("core-cpi"))["core_cpi", date(1957, 2, 1)] == 28.25
    )
    assert (
        _read(of_sample("arch_nasdaq"), packed("nasdaq"))["nasdaq_low", date(2018, 7, 3)] == 1990.5
    )


@pytest.mark.parametrize(("name", "file"), NAMES.items())
def test_crlf_reads_alike(name: str, file: str, of_sample: Named, miniature: Bytes) -> None:
    """The wheel writes CRLF; line ends and a byte-order mark change no figure."""
    dataset, plain = of_sample(name), miniature(file)
    other = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")
    assert _read(dataset, gzip.compress(other)) == _read(dataset, gzip.compress(plain))


@pytest.mark.parametrize(("name", "file"), NAMES.items())
def test_changed_header_refused(name: str, file: str, of_sample: Named, miniature: Bytes) -> None:
    """A renamed, added or reordered column stops the file that bears it."""
    header, rows = miniature(file).split(b"\n", 1)
    for other in (header.lower() + b"_", header + b",New", b",".join(header.split(b",")[::-1])):
        with pytest.raises(SourceError, match=rf"{file}\.csv\.gz: header is .*accepted is"):
            of_sample(name).parse(gzip.compress(other + b"\n" + rows))


def test_catalogue_is_covered(of_sample: Named, packed: Bytes) -> None:
    """Every series that the catalogue says the sample offers comes out, and no other."""
    found = {key[0] for name, file in NAMES.items() for key in _read(of_sample(name), packed(file))}
    erp = of_sample("damodaran_erp_monthly")
    found |= {series_id for series_id, _ in _read(erp, erp.fetch())}
    assert found == {entry.id for entry in offered_by("sample")}


def test_oversized_file_refused(of_sample: Named) -> None:
    """A file that inflates beyond any market's size is refused."""
    with pytest.raises(SourceError, match="more than 8,000,000 bytes"):
        of_sample("arch_vix").parse(gzip.compress(b"0" * 8_000_001))


def test_empty_archive_refused(of_sample: Named) -> None:
    """No bytes at all are no file of the sample."""
    with pytest.raises(SourceError, match="header is ''"):
        of_sample("arch_vix").parse(b"")


def test_missing_package_says_what_to_do(of_sample: Named, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the arch package the message says where the market is read from and what to do."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SourceError, match=r"not installed.*install the packages of requirements"):
        of_sample("arch_vix").fetch()


def test_missing_file_says_what_to_do(
    of_sample: Named, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An arch package without the file is named with the file's path."""
    spec = ModuleSpec("arch", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    with pytest.raises(SourceError, match=r"vix\.csv\.gz: not in the installed arch package"):
        of_sample("arch_vix").fetch()


def test_package_not_imported(of_sample: Named) -> None:
    """Fetching locates the package and leaves it unimported, which saves two seconds."""
    before = "arch" in sys.modules
    assert of_sample("arch_vix").fetch()[:2] == b"\x1f\x8b"
    assert ("arch" in sys.modules) == before
