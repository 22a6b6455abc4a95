"""What a policy says of the options book, as the terms that every room reads."""

from dataclasses import replace
from typing import Any

from policy.book_entries import Budget, Condor
from policy.entries import LayerSpecs
from policy.units import Quantity
from schemas.book import BookTerms, LayerTerms, with_preset
from schemas.model import Unit


def book_terms(
    condor: Condor, budget: Budget, layers: LayerSpecs, units: int, gates: tuple[str, ...]
) -> BookTerms:
    """The terms of a policy.

    Args:
        condor: its construction.
        budget: what the book may cost and lose.
        layers: the hedges.
        units: condors.
        gates: rules that, once fired, let no new condor be sold.
    """
    usual = with_preset(BookTerms(), condor.preset)
    stated = {
        "condor_units": units,
        "condor_gates": gates,
        "layers": tuple(_layer(terms, layers) for terms in usual.layers),
        **_condor(condor),
        **_budget(budget),
    }
    return replace(usual, **stated)


def _layer(usual: LayerTerms, layers: LayerSpecs) -> LayerTerms:
    spec = {"L1": layers.L1, "L2": layers.L2, "L3": layers.L3}[usual.layer_id]
    return replace(
        usual,
        base_units=spec.base_units,
        dte=spec.days_to_expiry.window or usual.dte,
        delta=spec.long_delta,
        roll_dte=int(spec.roll_dte.number),
        monetize_at=spec.sold_at,
        roll_extrinsic=_share(spec.roll_extrinsic) or 0.0,
    )


def _condor(condor: Condor) -> dict[str, Any]:
    """The condor's own numbers, those that the policy states."""
    window, width = condor.days_to_expiry, condor.width
    stated = {
        "condor_tier": condor.tier,
        "condor_dte": None if window is None else window.window,
        "short_delta": condor.short_delta,
        "long_delta": condor.long_delta,
        "condor_widths": None if width is None else (_points(width.from_), _points(width.to)),
        "least_credit_share": _share(condor.least_credit),
        "take_profit": _share(condor.take_profit),
        "exit_dte": None if condor.exit_dte is None else int(condor.exit_dte.number),
        "stop_loss": None if condor.stop_loss is None else condor.stop_loss.in_unit(Unit.RATIO),
    }
    return {name: value for name, value in stated.items() if value is not None}


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "nav_usd": budget.nav.in_unit(Unit.USD),
        "carry_budget": _share(budget.carry),
        "purchase_cap": _share(budget.purchase),
        "coverage_target": _share(budget.coverage),
        "condor_loss_limit": _share(budget.condor_loss),
        "second_engine_cost": _share(budget.second_engine_cost),
        "second_engine_leverage": _share(budget.second_engine_leverage),
        "margin_limit": _share(budget.margin),
        "delta_limit": _share(budget.delta),
        "vega_limit_usd": None if budget.vega is None else budget.vega.in_unit(Unit.USD),
    }


def _points(points: Quantity) -> float:
    return points.in_unit(Unit.INDEX_PTS)


def _share(share: Quantity | None) -> float | None:
    return None if share is None else share.in_unit(Unit.DECIMAL)
