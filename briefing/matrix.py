"""The policy's matrix as the page shows it, with today's cell marked."""

from collections.abc import Iterable, Mapping

from briefing import formats
from briefing.axes import axes_of
from briefing.labels import label
from briefing.model import Matrix, MatrixCell, MatrixRow
from briefing.rows import Row, Rows, Value, as_float, as_text

_LAYERS = ("L1", "L2", "L3")


def matrix(rows: Rows) -> Matrix:
    """The bands of both axes in the policy's order; one cell is today's."""
    cells: list[Row] = list(rows.frame("mart_policy_cell").iter_rows(named=True))
    decisions = rows.at("mart_hedge_decision_daily", rows.session)
    first: Row = decisions[0] if decisions else {"row_bucket": None, "column_bucket": None}
    today = (as_text(first["row_bucket"]), as_text(first["column_bucket"]))
    text = rows.run.text
    columns = _ordered((cell["column_bucket"] for cell in cells), text.columns)
    axis = next((axis for axis in axes_of(rows) if axis.name == "row"), None)
    return Matrix(
        caption="Multiplier of the base per cell: L1 / L2 / L3, and the Second Engine's state",
        row_axis="Row" if axis is None else label(axis.column),
        columns=tuple(_titled(column, text.columns.get(column, "")) for column in columns),
        rows=tuple(
            MatrixRow(
                label=_titled(row, text.rows.get(row, "")),
                cells=tuple(_cell(cells, (row, column), today) for column in columns),
            )
            for row in _ordered((cell["row_bucket"] for cell in cells), text.rows)
        ),
        today=_today(today),
    )


def band_of(rows: Rows, column: str) -> str:
    """Today's band of an axis, with its name; empty where the column is no axis or is unknown."""
    decisions = rows.at("mart_hedge_decision_daily", rows.session)
    axis = next((axis for axis in axes_of(rows) if axis.column == column), None)
    if not decisions or axis is None:
        return ""
    bucket = as_text(decisions[0][f"{axis.name}_bucket"])
    names = rows.run.text.rows if axis.name == "row" else rows.run.text.columns
    return _titled(bucket, names.get(bucket, ""))


def _ordered(found: Iterable[Value], named: Mapping[str, str]) -> list[str]:
    """Bands in the policy's own order; those that it does not name come last."""
    places = {bucket: place for place, bucket in enumerate(named)}
    buckets = {as_text(bucket) for bucket in found}
    return sorted(buckets, key=lambda bucket: (places.get(bucket, len(places)), bucket))


def _titled(bucket: str, title: str) -> str:
    return formats.spelled(f"{bucket} {title}".strip())


def _cell(cells: list[Row], at: tuple[str, str], today: tuple[str, str]) -> MatrixCell:
    here = {
        as_text(cell["layer_id"]): cell
        for cell in cells
        if (cell["row_bucket"], cell["column_bucket"]) == at
    }
    parts = [
        formats.number(as_float(here[layer]["multiplier_cell"]), 2) if layer in here else "none"
        for layer in _LAYERS
    ]
    states = [as_text(cell["se_state"]) for cell in here.values() if cell["se_state"]]
    is_today = at == today
    return MatrixCell(
        text=" / ".join([*parts, states[0] if states else "none"]),
        label="today" if is_today else "",
        is_today=is_today,
    )


def _today(today: tuple[str, str]) -> str:
    if not all(today):
        return "NO DATA: today's cell is unknown, since one of the two axes is missing."
    return f"Today's cell is {today[0]} by {today[1]}."
