"""JSON bodies of the public agencies: BLS, BIS and the FRED API."""

import calendar
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from replay.bodies import dated
from replay.tables import table

BLS_SERIES = {  # the agency's own id to FRED's of the same figures
    "CUSR0000SA0": "CPIAUCSL",
    "CUSR0000SA0L1E": "CPILFESL",
    "CUUR0000SA0": "CPIAUCNS",
    "WPSFD4": "PPIFIS",
}
_FIRST_DAY, _LAST_DAY = "1776-07-04", "9999-12-31"
_KEY = re.compile("[0-9a-z]{32}")
_KEY_HELP = "Read https://fred.stlouisfed.org/docs/api/api_key.html for more information."
_BIS_DIMENSIONS = {
    "FREQ": ("M", "Monthly"), "EER_TYPE": ("R", "Real"), "EER_BASKET": ("B", "Broad"),
    "REF_AREA": ("US", "United States"),
}  # fmt: skip


def encoded(value: object) -> bytes:
    """A JSON body."""
    return json.dumps(value, separators=(",", ":")).encode()


def bls_series(graphs: Mapping[str, bytes], first_year: int, last_year: int) -> bytes:
    """The agency's answer for monthly series of these years, newest first, ``-`` for a missing one.

    Args:
        graphs: FRED's monthly body of the same figures by the agency's own id.
        first_year: the first calendar year asked for.
        last_year: the last one.
    """
    series = []
    for series_id, graph in graphs.items():
        months = [cells for cells in dated(graph) if first_year <= int(cells[0][:4]) <= last_year]
        data = [
            {
                "year": day[:4],
                "period": f"M{day[5:7]}",
                "periodName": calendar.month_name[int(day[5:7])],
                "value": "-" if value in ("", ".") else value,
                "footnotes": [{}],
            }
            for day, value in reversed(months)
        ]
        series.append({"seriesID": series_id, "data": data})
    return encoded({"status": "REQUEST_SUCCEEDED", "responseTime": 0, "message": [],
                    "Results": {"series": series}})  # fmt: skip


def bis_broad_real(graph: bytes, first: str = "", last: str = "9999-12") -> bytes:
    """``M.R.B.US`` of the effective exchange rates as SDMX JSON 1.0.

    Args:
        graph: FRED's body of the same figures, RBUSBIS.
        first: the first month asked for, as 2022-01.
        last: the last one.
    """
    months = [(day, value) for day, value in dated(graph) if first <= day[:7] <= last]
    observations = {str(at): [value if value not in ("", ".") else None, 0, 0, None]
                    for at, (_, value) in enumerate(months)}  # fmt: skip
    series = [{"id": name, "keyPosition": at, "values": [{"id": code, "name": words}]}
              for at, (name, (code, words)) in enumerate(_BIS_DIMENSIONS.items())]  # fmt: skip
    time = {"id": "TIME_PERIOD", "keyPosition": len(series), "role": "time",
            "values": [_period(day) for day, _ in months]}  # fmt: skip
    flow = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=BIS:WS_EER(1.0)"
    return encoded({"data": {
        "dataSets": [{"action": "Information", "series": {"0:0:0:0": {"observations": observations}}}],
        "structure": {"links": [{"rel": "dataflow", "urn": flow}],
                      "dimensions": {"dataset": [], "series": series, "observation": [time]}},
    }})  # fmt: skip


def _period(day: str) -> dict[str, str]:
    year, month = int(day[:4]), int(day[5:7])
    last = calendar.monthrange(year, month)[1]
    return {"start": f"{day[:7]}-01T00:00:00", "end": f"{day[:7]}-{last}T23:59:59",
            "id": day[:7], "name": day[:7]}  # fmt: skip


@dataclass(frozen=True)
class Window:
    """Which vintages of a series are asked for, and which page of them."""

    realtime_start: str = _FIRST_DAY
    realtime_end: str = _LAST_DAY
    limit: int = 100_000
    offset: int = 0


def key_error(key: str | None) -> bytes | None:
    """FRED's refusal of a missing or misshapen key; null where the key has a key's shape."""
    if key is None:
        said = "Variable api_key is not set."
    elif not _KEY.fullmatch(key):
        said = ("The value for variable api_key is not a 32 character alpha-numeric lower-case "
                "string.")  # fmt: skip
    else:
        return None
    return encoded({"error_code": 400, "error_message": f"Bad Request.  {said}  {_KEY_HELP}"})


def fred_observations(vintages: bytes, window: Window) -> bytes:
    """A page of a series' vintages; those that reach beyond the window are cut to it, as FRED does.

    Args:
        vintages: date, realtime_start, realtime_end and value, ``.`` or nothing for a missing one.
        window: what is asked for.
    """
    first, last = window.realtime_start, window.realtime_end
    names = ("date", "realtime_start", "realtime_end", "value")
    kept = [
        {"realtime_start": max(start, first), "realtime_end": min(end, last), "date": day,
         "value": value or "."}
        for day, start, end, value in sorted(table(vintages, *names))
        if start <= last and end >= first
    ]  # fmt: skip
    page = kept[window.offset : window.offset + window.limit]
    return encoded({
        "realtime_start": first, "realtime_end": last, "observation_start": "1600-01-01",
        "observation_end": _LAST_DAY, "units": "lin", "output_type": 1, "file_type": "json",
        "order_by": "observation_date", "sort_order": "asc", "count": len(kept),
        "offset": window.offset, "limit": window.limit, "observations": page,
    })  # fmt: skip
