"""Conditions on the book after a change, compiled to numbers; and the offers they are judged on."""

from collections.abc import Iterator
from math import inf
from typing import NamedTuple

import numpy as np
import polars as pl

from policy import book_after
from policy.book_after import AFTER, AT_LEAST, COLUMN, Bounds, Floats, Offers, Programs
from policy.conditions import CHECKS, AfterChange, Condition, leaves, needed, parts
from policy.entries import DIRECTIONS, LAYERS, SIGNERS, UNIT_LAYERS, Rule
from policy.model import Policy
from schemas.book import BookTerms

_CONDOR = "IC"
# What the offers hold for each of the sums; a layer has no loss and a condor no price.
_OFFERED = ("offer_theta_usd", "offer_delta_usd", "offer_vega_usd", "offer_carry_usd_year",
            "offer_stress_usd", "offer_debit_usd")  # fmt: skip
_OF_CONDORS = ("offer_theta_usd", "offer_delta_usd", "offer_vega_usd", None, None, "offer_loss_usd")


class Compiled(NamedTuple):
    """Programs, and the conditions whose outcomes are the columns that they read."""

    programs: Programs
    columns: tuple[Condition, ...]
    gates: tuple[str, ...]


def reads_book_after(condition: Condition) -> bool:
    """Whether a condition, or part of it, is judged on the book after a change."""
    return any(isinstance(leaf, AfterChange) for leaf in leaves(condition))


def hedge_gates(policy: Policy) -> dict[str, Rule]:
    """The gates that adds of the layers pass, in the policy's order."""
    return {
        name: rule for name, rule in policy.gates.items() if rule.enabled and rule.scope == "hedge"
    }


def compiled(policy: Policy) -> Compiled:
    """The policy's gates of the hedges, and those signers that judge the book after a change."""
    code: list[tuple[int, int, int]] = []
    columns: list[Condition] = []

    def place(condition: Condition) -> tuple[int, int]:
        start = len(code)
        code.extend(_operations(condition, columns))
        return start, len(code)

    gates = hedge_gates(policy)
    gate_at = [place(rule.when) for rule in gates.values()]
    signer_at = [
        place(condition) if reads_book_after(condition) else (0, 0)
        for layer in LAYERS for direction in DIRECTIONS for signer in SIGNERS
        for condition in [getattr(policy.signers[signer], direction).of(layer)]
    ]  # fmt: skip
    shape = (len(LAYERS), len(DIRECTIONS), len(SIGNERS), 2)
    programs = Programs(
        code=np.array(code, dtype=np.int64).reshape(-1, 3),
        gates=np.array(gate_at, dtype=np.int64).reshape(-1, 2),
        signers=np.array(signer_at, dtype=np.int64).reshape(shape),
        scales=np.array([rule.scales for rule in gates.values()], dtype=np.int8),
        spares=np.array(
            [[layer in rule.spares for layer in UNIT_LAYERS] for rule in gates.values()],
            dtype=np.int8,
        ).reshape(-1, len(UNIT_LAYERS)),
    )
    return Compiled(programs, tuple(columns), tuple(gates))


def _operations(condition: Condition, columns: list[Condition]) -> Iterator[tuple[int, int, int]]:
    """What is judged on columns as one operation, the rest part by part, a whole after its parts."""
    if isinstance(condition, AfterChange):
        yield AFTER, CHECKS.index(condition.after), int(condition.is_)
    elif not reads_book_after(condition):
        columns.append(condition)
        yield COLUMN, len(columns) - 1, 0
    else:
        inside = parts(condition)
        for part in inside:
            yield from _operations(part, columns)
        yield AT_LEAST, needed(condition), len(inside)


def bounds_of(terms: BookTerms) -> Bounds:
    """Between what each measure of the book is to lie, by the terms; no bound where they say none."""
    share = {"loss": terms.condor_loss_limit, "delta": terms.delta_limit}
    nav = terms.nav_usd
    high = {
        "carry": terms.carry_budget * nav,
        "purchase": terms.purchase_cap * nav,
        "vega": inf if terms.vega_limit_usd is None else terms.vega_limit_usd,
        **{name: inf if one is None else one * nav for name, one in share.items()},
    }
    low = {"theta": 0.0, "coverage": terms.coverage_target, "delta": -high["delta"],
           "vega": -high["vega"]}  # fmt: skip
    return Bounds(
        low=np.array([low.get(name, -inf) for name in book_after.MEASURES]),
        high=np.array([high.get(name, inf) for name in book_after.MEASURES]),
    )


def offered(offers: pl.LazyFrame) -> pl.LazyFrame:
    """The offers side by side: one row a session, a column per layer and quantity; null unknown."""
    wanted = [(_CONDOR, name) for name in _OF_CONDORS if name] + [
        (layer, name) for layer in UNIT_LAYERS for name in _OFFERED
    ]
    return offers.group_by("session").agg(
        pl.col(name).filter(pl.col("book_layer") == layer).first().alias(f"{layer} {name}")
        for layer, name in wanted
    )


def offers_of(policy: Policy, terms: BookTerms, frame: pl.DataFrame) -> Offers:
    """What could be traded at each close, by layer and steps; unknown where it is not finite."""
    most = max(policy.steps(2.0), policy.steps(1.0)) + 1
    units = np.array(
        [[policy.units(layer, steps) for steps in range(most + 1)] for layer in UNIT_LAYERS],
        dtype=np.int64,
    )
    layers = np.stack([_each(frame, layer, _OFFERED) for layer in UNIT_LAYERS], axis=1)
    return Offers(
        condors=_times(_each(frame, _CONDOR, _OF_CONDORS), np.array(terms.condor_units)),
        layers=_times(layers[:, :, None, :], units[:, :, None]),
        units=units,
    )


def _times(one: Floats, units: book_after.Ints) -> Floats:
    """So many contracts; no contract is zero, whatever one of them is worth."""
    return np.where(units == 0, 0.0, units * one)


def _each(frame: pl.DataFrame, layer: str, names: tuple[str | None, ...]) -> Floats:
    """What one contract of a layer is, by session and sum; zero where it has none of it."""
    zero = np.zeros(frame.height)
    found = [
        zero if name is None else frame[f"{layer} {name}"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in names
    ]  # fmt: skip
    out = np.stack(found, axis=-1)
    return np.where(np.isfinite(out), out, np.nan)
