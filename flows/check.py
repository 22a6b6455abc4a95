"""The user's own side, looked at before a run: what a file is, and whether a desk is in order."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import clock
from flows.outcome import ExitCode, Stop
from flows.settings import load_settings
from schemas.live_feeds import OWN
from sources.desk import Desk, described, load_desk
from sources.desk_csv import parse_positions_csv
from sources.errors import SourceError
from sources.identify import LARGEST, Identity, Reading, identify, own_feed
from sources.own_answers import is_answers, parse_answers
from warehouse.store import computed

_YAML = (".yaml", ".yml")
_LARGEST_DESK = 1_000_000  # bytes
_FIT_SHOWN = 3  # datasets that the same bytes fit, told in full


@dataclass(frozen=True)
class FileCheck:
    """What a file is, in lines for a reader and as values for a machine."""

    lines: tuple[str, ...]
    values: Mapping[str, Any]
    is_accepted: bool

    @property
    def code(self) -> ExitCode:
        """Complete where the file would be accepted, else bad input."""
        return ExitCode.COMPLETE if self.is_accepted else ExitCode.BAD_INPUT

    def text(self, *, as_json: bool) -> str:
        """For a reader, or for a machine."""
        if as_json:
            told = {"accepted": self.is_accepted, **self.values}
            return json.dumps(told, indent=2, default=str)
        return "\n".join((*self.lines, "accepted" if self.is_accepted else "refused"))


def check_file(path: Path) -> FileCheck:
    """What a file is and whether it would be accepted, whatever is in it.

    Raises:
        Stop: there is no such file, it is no regular file, or it cannot be read.
    """
    payload = _bytes_of(path, LARGEST)
    if path.suffix.lower() in _YAML:
        return _desk_file(path, payload)
    if is_answers(payload, path.stem):
        return _answers_file(path, payload)
    found = identify(payload, path.stem, clock.now())
    if found.readings:
        return _readings(path, found)
    positions = _positions(path, payload)
    return _refused(path, found) if positions is None else positions


def check_desk(path: Path | None, *, as_json: bool) -> str:
    """What a desk file says, as it was understood.

    Raises:
        Stop: no such file, or a mistake in it: file, line, found, accepted and what to do.
    """
    chosen = path or load_settings().desk
    if not chosen.exists():
        raise Stop(
            f"{chosen} does not exist: copy docs/desk.example.yaml to it, or name the file",
            ExitCode.CONFIG,
        )
    try:
        desk = _desk(chosen, _bytes_of(chosen, _LARGEST_DESK, ExitCode.CONFIG))
    except SourceError as error:
        raise Stop(str(error), ExitCode.CONFIG) from error
    return desk.model_dump_json(indent=2) if as_json else "\n".join(described(desk))


def _bytes_of(path: Path, largest: int, code: ExitCode = ExitCode.BAD_INPUT) -> bytes:
    try:
        if not path.exists():
            raise Stop(f"{path} does not exist: name a file", code)
        if not path.is_file():
            raise Stop(f"{path} is no regular file: name one", code)
        if (size := path.stat().st_size) > largest:
            raise Stop(
                f"{path} has {size:,} bytes; accepted are {largest:,}: name another file", code
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise Stop(f"cannot read {str(path)!r}: {error}", code) from error


def _desk(path: Path, payload: bytes) -> Desk:
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: byte {error.start} is not UTF-8; accepted is UTF-8 text; save the file so"
        ) from error
    return load_desk(text, file=str(path))


def _desk_file(path: Path, payload: bytes) -> FileCheck:
    try:
        desk = _desk(path, payload)
    except SourceError as error:
        refusal = {"file": str(path), "kind": "desk", "why": str(error)}
        return FileCheck((f"{path}: not a desk file", str(error)), refusal, is_accepted=False)
    told = described(desk)
    values = {"file": str(path), "kind": "desk", "understood": told}
    return FileCheck((f"{path}: a desk file", *told), values, is_accepted=True)


def _answers_file(path: Path, payload: bytes) -> FileCheck:
    try:
        (read,) = computed(parse_answers(payload, file=str(path)))
    except SourceError as error:
        refusal = {"file": str(path), "kind": "answers", "why": str(error)}
        lines = (f"{path}: not a file of your answers", str(error))
        return FileCheck(lines, refusal, is_accepted=False)
    rows, today = read.to_dicts(), clock.new_york_day()
    ahead = sum(row["answered_on"] > today for row in rows)
    counts = Counter(f"{row['layer_id']} {row['answer']}" for row in rows)
    told = [f"  {what}: {count:,}" for what, count in sorted(counts.items())]
    if rows:
        days = [row["session"] for row in rows]
        told.append(f"  of the sessions {min(days)} to {max(days)}")
    if ahead:
        told.append(f"  left out, {ahead:,} rows: answered_on is after {today}, New York's today")
    values = {"file": str(path), "kind": "answers", "answers": counts, "left_out": ahead}
    return FileCheck((f"{path}: your answers, {len(rows):,}", *told), values, is_accepted=True)


def _positions(path: Path, payload: bytes) -> FileCheck | None:
    try:
        legs = parse_positions_csv(payload, file=str(path))
    except SourceError:
        return None
    told = [f"{leg.quantity:+,} {leg.contract}" for leg in legs]
    values = {"file": str(path), "kind": "positions", "legs": told}
    lines = (f"{path}: positions of a broker, {len(legs)} legs", *(f"  {leg}" for leg in told))
    return FileCheck(lines, values, is_accepted=True)


def _refused(path: Path, found: Identity) -> FileCheck:
    misses = [{"dataset": name, "why": why} for name, why in found.near_misses]
    lines = [f"{path}: no adapter reads it"]
    if misses:
        lines.append("nearest:")
        lines += [f"  {miss['dataset']}: {miss['why']}" for miss in misses]
    else:
        lines.append("its first bytes are of no kind that a publisher serves, nor a CSV of yours")
    values = {"file": str(path), "kind": None, "near_misses": misses}
    return FileCheck(tuple(lines), values, is_accepted=False)


def _readings(path: Path, found: Identity) -> FileCheck:
    named = [one for one in found.readings if one.is_named]
    told = (named or list(found.readings))[:_FIT_SHOWN]
    others = [one.dataset.name for one in found.readings if one not in told]
    read = [_read(one) for one in told]
    lines = [f"{path}: {_what(found, named)}"]
    for one in read:
        lines += _reading_lines(one)
    if others:
        lines.append(f"the same bytes fit also: {', '.join(others)}; the file's name decides")
    values = {"file": str(path), "kind": "data", "readings": read, "fits_also": others}
    is_useful = any(row["implausible"] < row["rows"] for one in read for row in one["series"])
    if not is_useful:
        lines.append("no value of it would count")
    return FileCheck(tuple(lines), values, is_accepted=is_useful)


def _what(found: Identity, named: Sequence[Reading]) -> str:
    first = found.readings[0].dataset
    if first.publisher == OWN:
        return "your own CSV"
    if len(found.readings) > 1 and not named:
        return f"a file of {first.publisher}; nothing in it says which, name it after its dataset"
    return f"a file of {first.publisher or 'the live market'}"


def _read(one: Reading) -> dict[str, Any]:
    summary, left_out = computed(one.summary, one.left_out)
    series = [
        {**row, **_own_range(row["what"])} if one.dataset.publisher == OWN else dict(row)
        for row in summary.to_dicts()
    ]
    return {"dataset": one.dataset.name, "publisher": one.dataset.publisher,
            "table": one.dataset.table and one.dataset.table.name, "terms": one.dataset.terms,
            "series": series, "left_out": left_out.to_dicts()}  # fmt: skip


def _own_range(series_id: str) -> dict[str, Any]:
    unit, low, high = own_feed(series_id)
    return {"unit": unit, "plausible_from": low, "plausible_to": high}


def _reading_lines(one: Mapping[str, Any]) -> list[str]:
    lines = [f"{one['dataset']}, for {one['table']}; terms: {one['terms'] or 'not stated'}"]
    for row in one["series"]:
        lines.append(f"  {row['what']}: {row['rows']:,} rows, {row['first']} to {row['last']}")
        if "unit" in row:
            lines.append(
                f"    in [{row['unit']}], plausible {row['plausible_from']:g} to "
                f"{row['plausible_to']:g}; found {row['lowest']:g} to {row['highest']:g}"
                if None not in (row["plausible_from"], row["plausible_to"])
                else f"    in [{row['unit']}]; found {row['lowest']:g} to {row['highest']:g}"
            )
        if row["implausible"]:
            lines.append(
                f"    {row['implausible']:,} outside the plausible range: as if never there"
            )
    lines += [f"  left out, {row['rows']:,} rows: {row['reason']}" for row in one["left_out"]]
    return lines
