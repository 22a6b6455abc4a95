"""What would change the matrix's mind: the nearest edge beyond which a layer is asked otherwise."""

import polars as pl

from policy.entries import LAYERS, Axis, Cell, LayerId
from policy.evaluate import distance
from policy.model import Policy

_SIDES = ("row up", "row down", "column up", "column down")


def flip_table(policy: Policy) -> pl.LazyFrame:
    """For every cell and layer the edges that matter: one row per row, column and layer number.

    Columns ``<side> threshold`` [the axis' unit] and ``<side> multiplier`` [ratio] for each side;
    null where no band on that side asks anything else of the layer.
    """
    cells = [[policy.matrix[row][column] for column in policy.axes.column.ids]
             for row in policy.axes.row.ids]  # fmt: skip
    records: list[dict[str, float | int | None]] = []
    for i, line in enumerate(cells):
        for j in range(len(line)):
            file = [other[j] for other in cells]
            for number, layer in enumerate(LAYERS):
                records.append({
                    "row": i, "column": j, "layer": number,
                    **_crossing("row", policy.axes.row, file, i, layer),
                    **_crossing("column", policy.axes.column, line, j, layer),
                })  # fmt: skip
    numbers = dict.fromkeys(("row", "column", "layer"), pl.Int64())
    measures = {f"{side} {what}": pl.Float64() for side in _SIDES
                for what in ("threshold", "multiplier")}  # fmt: skip
    return pl.LazyFrame(records, schema={**numbers, **measures})


def _crossing(
    name: str, axis: Axis, cells: list[Cell], at: int, layer: LayerId
) -> dict[str, float | None]:
    """The first edge above and below a band beyond which the answer differs."""
    here = _answer(cells[at], layer)
    above = [k for k in range(at + 1, len(cells)) if _answer(cells[k], layer) != here]
    below = [k for k in range(at - 1, -1, -1) if _answer(cells[k], layer) != here]
    sides: dict[str, float | None] = {}
    for side, others, shift in (("up", above, -1), ("down", below, 0)):
        first = others[0] if others else None
        edge = None if first is None else axis.edges[first + shift]
        beyond = None if first is None or layer == "SE" else cells[first].multiplier(layer)
        sides[f"{name} {side} threshold"] = edge
        sides[f"{name} {side} multiplier"] = beyond
    return sides


def _answer(cell: Cell, layer: LayerId) -> float | str:
    return cell.SE if layer == "SE" else cell.multiplier(layer)


def flip_columns(policy: Policy) -> list[pl.Expr]:
    """The nearest of the edges that ``flip_table`` joined: driver, value, edge, distance, answer.

    Nearest in typical daily moves; all null where no distance is known or nothing would differ.
    """
    axes = {"row": policy.axes.row.column, "column": policy.axes.column.column}
    distances = {side: distance(axes[side.split()[0]], pl.col(f"{side} threshold"))
                 for side in _SIDES}  # fmt: skip
    nearest = pl.min_horizontal(*distances.values())
    columns = {
        "flip_column": {side: pl.lit(axes[side.split()[0]].column.name) for side in _SIDES},
        "flip_value": {side: pl.col(str(axes[side.split()[0]])) for side in _SIDES},
        "flip_threshold": {side: pl.col(f"{side} threshold") for side in _SIDES},
        "flip_multiplier": {side: pl.col(f"{side} multiplier") for side in _SIDES},
    }
    chosen = [
        pl.coalesce(
            pl.when(distances[side] == nearest).then(value) for side, value in by_side.items()
        ).alias(name)
        for name, by_side in columns.items()
    ]
    return [*chosen, nearest.alias("flip_distance_moves")]
