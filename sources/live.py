"""The live market: every file that the catalogue's live feeds are read from, and its address.

What to fetch follows from the catalogue: a series with a feed of FRED's is a file of FRED's. Files
by year or by contract are asked for around the days that matter; older ones when told to go back.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import polars as pl
from pydantic import SecretStr

from schemas import live_feeds as feeds
from schemas.model import Table
from schemas.raw import (
    RAW_EVENT,
    RAW_EXPIRY,
    RAW_OBSERVATION,
    RAW_OPTION_QUOTE,
    RAW_SESSION,
    RAW_VX_SETTLEMENT,
)
from schemas.series import SERIES
from sources import (
    bis,
    bls,
    breadth,
    cboe,
    cboe_chain,
    cfe,
    damodaran_workbook,
    defillama,
    edgar,
    fomc_calendar,
    fred,
    midas,
    nasdaq_ipo,
    own_chain,
    own_csv,
    shiller,
    treasury,
    wsj,
    yahoo,
)
from sources.calendar import fetch_sessions, nearest_sessions, parse_sessions
from sources.dataset import Dataset, Link
from sources.errors import SourceError
from sources.expiries import fetch_expiries, parse_expiries
from sources.live_choices import EXTRA, Live
from sources.publishers import publishers
from sources.remote import Remote
from sources.request import Publisher, Request

FIRST_DAY = date(1962, 1, 1)  # of the calendar; the oldest daily rates begin here
FIRST_EXPIRY = date(1990, 1, 1)
_FIRST_YEAR = {"yield_curve": 1990, "real_yield_curve": 2003}
_CONTRACTS_AHEAD = 9  # months of VX contracts that are listed
_FOMC_PAGE_YEARS = 5  # the rolling page holds these
_FIRST_FOMC_YEAR = 1990
_FILING_DAYS = 5  # sessions whose filings are asked for again each run, while they are missing
_PRINTED = fred.MORNING
_OWN = "own_"
_DATED = re.compile(r"_([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?:_archive)?$")
_ANY_YEAR = 2020

Parse = Callable[[bytes], pl.LazyFrame]


def datasets(live: Live) -> tuple[Dataset, ...]:
    """The live market's files, the calendar first.

    Raises:
        SourceError: a base URL that is none, or two own files whose names differ in case only.
    """
    who = publishers(live.base_urls, live.contact)
    return (
        Dataset("raw_session", RAW_SESSION, parse_sessions,
                partial(fetch_sessions, FIRST_DAY, date(live.today.year + 1, 12, 31))),
        Dataset("raw_expiry", RAW_EXPIRY, parse_expiries,
                partial(fetch_expiries, FIRST_EXPIRY, date(live.today.year + 1, 12, 31))),
        *_own(live),
        *_cboe(who["cboe"]),
        *_chains(who["cboe"]),
        *_treasury(live, who["treasury"]),
        *_fred(who["fred"]),
        *_alfred(live, who["fred_api"]),
        *_damodaran(who["damodaran"]),
        *_shiller(who),
        *_fomc(live, who["fed"]),
        *_agencies(live, who),
        *_futures(live, who),
        *_breadth(who["breadth"]),
        *_issuance(live, who),
        *_extra(live, who),
    )  # fmt: skip


def archived(name: str) -> Dataset | None:
    """The dataset of a file that was archived under other choices; null where no adapter knows it.

    A file by year, month or day is among those of choices around that date.
    """
    if name.startswith(_OWN):
        return _own_file(name.removeprefix(_OWN), None)
    try:
        offered = datasets(_choices_around(name))
    except (ValueError, OverflowError):  # it ends in digits that are no date, or before any file
        return None
    return next((one for one in offered if one.name == name), None)


def _choices_around(name: str) -> Live:
    dated = _DATED.search(name)
    year, month, day = (
        int(part) if part else 0 for part in (dated.groups() if dated else ("",) * 3)
    )
    if day:
        today = date(year, month, day) + timedelta(days=1)
    elif month:
        today = date(year, month, 1)
    else:
        today = date((year or _ANY_YEAR) + _FOMC_PAGE_YEARS + 1, 1, 2)
    asked = date(year, 12, 31) if year and not month else None
    return Live(today, asked, fred_key=SecretStr(""), contact="-", extra=frozenset(EXTRA))


def _request(publisher: Publisher, remote: Remote, **further: object) -> Request:
    return Request(publisher, remote.path, remote.expects, remote.params, **further)  # type: ignore[arg-type]  # the caller's are Request's own


def _observed(name: str, where: Request | Link, parse: Parse, publisher: str, *,
              is_final: bool = False, table: Table = RAW_OBSERVATION) -> Dataset:  # fmt: skip
    return Dataset(name, table, parse, None, where, publisher, _TERMS.get(publisher, ""), is_final)


def _named(parse: Parse, names: Mapping[str, str]) -> Parse:
    """The parser with the publisher's ids turned into the catalogue's; other rows left out."""

    def parsed(payload: bytes) -> pl.LazyFrame:
        series_id = pl.col("series_id").replace_strict(dict(names), default=None)
        return parse(payload).with_columns(series_id).drop_nulls("series_id")

    return parsed


def _names(publisher: str) -> dict[str, str]:
    """The catalogue's id of each remote id of a publisher."""
    found = ((entry.id, entry.feed_by(feeds.LIVE, publisher)) for entry in SERIES)
    return {feed.remote_id: name for name, feed in found if feed is not None}


def _terms() -> dict[str, str]:
    return {feed.publisher: feed.terms for entry in SERIES for feed in entry.feeds_of(feeds.LIVE)}


_TERMS = _terms()


def _own(live: Live) -> Iterator[Dataset]:
    taken: dict[str, Path] = {}
    if live.own is not None and live.own.is_dir():
        for path in sorted(live.own.glob("*.csv")):
            stem = path.stem.lower()
            if stem in taken:
                raise SourceError(
                    f"{live.own}: holds {taken[stem].name} and {path.name}; accepted is one file "
                    "a name, capitals or not; rename or remove one"
                )
            taken[stem] = path
            yield _own_file(stem, path.read_bytes)


def _own_file(stem: str, fetch: Callable[[], bytes] | None) -> Dataset:
    names, file = tuple(entry.id for entry in SERIES), f"{stem}.csv"
    if stem.startswith(own_chain.PREFIX):  # no series of the catalogue begins so
        parse_chain = partial(own_chain.parse_own_chain, file=file)
        return Dataset(
            f"{_OWN}{stem}",
            RAW_OPTION_QUOTE,
            parse_chain,
            fetch,
            publisher=feeds.OWN,
            terms="Yours",
        )
    close = f"{stem}_close"  # a fund's own file is named by its symbol
    parse = (
        partial(own_csv.parse_own_close, series_id=close, file=file)
        if close in names
        else partial(own_csv.parse_own, series_ids=names, file=file)
    )
    return Dataset(
        f"{_OWN}{stem}", RAW_OBSERVATION, parse, fetch, publisher=feeds.OWN, terms="Yours"
    )


def _cboe(who: Publisher) -> Iterator[Dataset]:
    for symbol, remote in cboe.index_requests().items():
        parse = partial(cboe.parse_index, symbol=symbol)
        yield _observed(f"cboe_{symbol.lower()}", _request(who, remote), parse, feeds.CBOE)


def _chains(who: Publisher) -> Iterator[Dataset]:
    for symbol, remote in cboe_chain.chain_requests().items():
        parse = partial(cboe_chain.parse_chain, symbol=symbol)
        yield _observed(f"cboe_chain{symbol.lower()}", _request(who, remote), parse, feeds.CBOE,
                        table=RAW_OPTION_QUOTE)  # fmt: skip


def _treasury(live: Live, who: Publisher) -> Iterator[Dataset]:
    names = _names(feeds.TREASURY)
    parsers = {"yield_curve": treasury.parse_par_yields,
               "real_yield_curve": treasury.parse_real_yields}  # fmt: skip
    for kind, parse in parsers.items():
        for year in range(_FIRST_YEAR[kind], live.today.year + 1):
            remote = treasury.curve_requests(year)[kind]
            is_over = year < live.today.year - 1
            yield _observed(f"treasury_{kind}_{year}", _request(who, remote), _named(parse, names),
                            feeds.TREASURY, is_final=is_over)  # fmt: skip


def _fred(who: Publisher) -> Iterator[Dataset]:
    for remote_id, name in _names(feeds.FRED).items():
        parse = _named(partial(fred.parse_graph, series_id=remote_id), {remote_id: name})
        remote = fred.graph_request(remote_id)
        yield _observed(f"fred_{remote_id.lower()}", _request(who, remote), parse, feeds.FRED)


def _alfred(live: Live, who: Publisher) -> Iterator[Dataset]:
    if live.fred_key is None:
        return
    secrets = (("api_key", live.fred_key),)
    for remote_id, name in _names(feeds.ALFRED).items():
        parse = _named(partial(fred.parse_vintages, series_id=remote_id, at=_PRINTED),
                       {remote_id: name})  # fmt: skip
        request = _request(who, fred.vintages_request(remote_id), secrets=secrets)
        yield _observed(f"alfred_{remote_id.lower()}", request, parse, feeds.ALFRED)
    for release_id, kind in fred.RELEASES.items():
        request = _request(who, fred.release_dates_request(release_id), secrets=secrets)
        yield _observed(f"release_{kind}", request, fred.parse_release_dates, feeds.ALFRED,
                        table=RAW_EVENT)  # fmt: skip


def _damodaran(who: Publisher) -> Iterator[Dataset]:
    names = _names(feeds.DAMODARAN)
    # The parser knows three columns by the catalogue's names already, the others by their own.
    monthly = {n: n for n in names.values()} | names
    for name, remote, parse in (
        ("damodaran_monthly", damodaran_workbook.MONTHLY, damodaran_workbook.parse_monthly),
        ("damodaran_annual", damodaran_workbook.ANNUAL, damodaran_workbook.parse_annual),
    ):
        yield _observed(name, _request(who, remote), _named(parse, monthly), feeds.DAMODARAN)


def _shiller(who: Mapping[str, Publisher]) -> Iterator[Dataset]:
    page, names = "shiller_page", _names(feeds.SHILLER)
    found = Link(page, lambda html: _request(who["shiller_files"], shiller.workbook_request(html)))
    yield Dataset(page, None, _unread, None, _request(who["shiller"], shiller.PAGE))
    yield _observed("shiller_workbook", found, _named(shiller.parse_ie_data, names), feeds.SHILLER)
    yield _observed("shiller_mirror", _request(who["shiller_mirror"], shiller.MIRROR),
                    _named(shiller.parse_mirror, names), feeds.SHILLER_MIRROR)  # fmt: skip


def _unread(_payload: bytes) -> pl.LazyFrame:
    """A page that is kept for the link on it and holds no figures."""
    return pl.LazyFrame(schema={})


def _fomc(live: Live, who: Publisher) -> Iterator[Dataset]:
    yield _observed("fomc_calendar", _request(who, fomc_calendar.CALENDAR),
                    fomc_calendar.parse_calendar, "", table=RAW_EVENT)  # fmt: skip
    for year in live.years(_FIRST_FOMC_YEAR):
        if year <= live.today.year - _FOMC_PAGE_YEARS - 1:
            yield _observed(f"fomc_{year}", _request(who, fomc_calendar.past_year_request(year)),
                            fomc_calendar.parse_past_year, "", is_final=True,
                            table=RAW_EVENT)  # fmt: skip


def _agencies(live: Live, who: Mapping[str, Publisher]) -> Iterator[Dataset]:
    secrets = () if live.bls_key is None else (("registrationkey", live.bls_key),)
    year = live.days()[0].year
    asked = bls.body(year - 1, year)  # without a key it answers ten years at most
    yield _observed(f"bls_prices_{year}", _request(who["bls"], bls.REQUEST, body=asked, secrets=secrets),
                    _named(bls.parse_series, _names(feeds.BLS)), feeds.BLS)  # fmt: skip
    rates = _request(who["bis"], bis.exchange_rate_request(), headers=(("Accept", bis.ACCEPT),))
    yield _observed("bis_exchange_rates", rates,
                    _named(bis.parse_exchange_rates, _names(feeds.BIS)), feeds.BIS)  # fmt: skip


def _futures(live: Live, who: Mapping[str, Publisher]) -> Iterator[Dataset]:
    terms = _TERMS[feeds.CBOE]
    day = _last_session(live.today)
    yield Dataset(f"vx_day_{day}", RAW_VX_SETTLEMENT, partial(cfe.parse_settlements, day=day), None,
                  _request(who["cfe"], cfe.settlement_request(day)), feeds.CBOE, terms,
                  is_final=True)  # fmt: skip
    for month in _contract_months(live):
        for number, remote in enumerate(cfe.contract_requests(month)):
            is_over = cfe.vx_expiry(month) < live.today - timedelta(days=7)
            yield Dataset(f"vx_{month:%Y-%m}{'_archive' if number else ''}", RAW_VX_SETTLEMENT,
                          cfe.parse_contract, None, _request(who["cfe_files"], remote),
                          feeds.CBOE, terms, is_over)  # fmt: skip


def _last_session(today: date) -> date:
    """The last session that was over by this morning."""
    return nearest_sessions(today)[0]


def _contract_months(live: Live) -> list[date]:
    days = [*live.days(), *([live.since] if live.since else [])]
    first = min(days) if live.since else None
    wanted: set[date] = set()
    for day in days:
        start = day.replace(day=1)
        end = _months_later(live.today if day == first else start, _CONTRACTS_AHEAD)
        month = start
        while month <= end:
            wanted.add(month)
            month = _months_later(month, 1)
    return sorted(wanted)


def _months_later(month: date, count: int) -> date:
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)


def _breadth(who: Publisher) -> Iterator[Dataset]:
    for kind, remote in breadth.breadth_requests().items():
        parse = partial(breadth.parse_breadth, kind=kind)
        yield _observed(f"breadth_{kind}", _request(who, remote), parse, feeds.BREADTH,
                        is_final=True)  # fmt: skip


def _issuance(live: Live, who: Mapping[str, Publisher]) -> Iterator[Dataset]:
    if live.contact:
        day = live.today
        for _ in range(_FILING_DAYS):
            day = _last_session(day)
            yield _observed(f"edgar_{day}", _request(who["sec"], edgar.daily_request(day)),
                            partial(edgar.parse_daily_index, day=day), feeds.EDGAR,
                            is_final=True)  # fmt: skip
    if "midas" in live.extra:
        found = Link("midas_page", lambda html: _request(who["sec"], midas.link_on_page(html)))
        yield Dataset("midas_page", None, _unread, None, _request(who["sec"], midas.PAGE))
        yield _observed("midas_quarter", found, midas.parse_metrics, feeds.MIDAS)
    if "nasdaq" in live.extra:
        for month in (_months_later(live.today.replace(day=1), -1), live.today.replace(day=1)):
            parse = partial(nasdaq_ipo.parse_calendar, month=month)
            yield _observed(f"nasdaq_ipo_{month:%Y-%m}",
                            _request(who["nasdaq"], nasdaq_ipo.calendar_request(month)), parse,
                            feeds.NASDAQ)  # fmt: skip


def _extra(live: Live, who: Mapping[str, Publisher]) -> Iterator[Dataset]:
    if "defillama" in live.extra:
        yield _observed("defillama_volume", _request(who["defillama"], defillama.volume_request()),
                        defillama.parse_dex_volume, feeds.DEFILLAMA)  # fmt: skip
        yield _observed("defillama_tvl", _request(who["defillama"], defillama.tvl_request()),
                        defillama.parse_chain_tvl, feeds.DEFILLAMA)  # fmt: skip
    if "wsj" in live.extra:
        yield _observed("wsj_diary", _request(who["wsj"], wsj.diary_request()), wsj.parse_diary,
                        feeds.WSJ)  # fmt: skip
    if "yahoo" in live.extra:
        names = _names(feeds.YAHOO)
        for symbol in (one for one in names if " " not in one):
            parse = partial(yahoo.parse_chart, symbol=symbol, series_id=names[symbol],
                            volume_id=names.get(f"{symbol} volume"))  # fmt: skip
            yield _observed(f"yahoo_{symbol.lower()}",
                            _request(who["yahoo"], yahoo.chart_request(symbol)), parse,
                            feeds.YAHOO)  # fmt: skip
