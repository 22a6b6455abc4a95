"""JSON Schema of a policy file, so that an editor completes and checks it while it is written."""

import json
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic.functional_validators import BeforeValidator, PlainValidator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from policy.conditions import READABLE, DriverName, FlagName
from policy.model import Policy
from policy.units import Days, Dollars, Multiple, Points, Sessions, Share, Threshold
from schemas.model import Column

_NUMBER = r"[-+]?\d{1,9}(\.\d{1,9})?"


def _measured(word: str, example: str, meaning: str) -> JsonSchemaValue:
    return {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*{word}\s*$", "examples": [example],
            "description": meaning}  # fmt: skip


def _column(is_of_kind: Callable[[Column], bool], meaning: str) -> JsonSchemaValue:
    names = [
        f"{table.name}.{column.name}"
        for table in READABLE
        for column in table.columns
        if column.name not in table.key and is_of_kind(column)
    ]
    return {"type": "string", "enum": names, "description": meaning}


# What a reader of the file accepts where pydantic sees only a function: by that function.
_WRITTEN: tuple[tuple[Any, JsonSchemaValue], ...] = (
    (Threshold, _measured(r"[^\s\d.+-]\S*", "18 %", "a number with the unit of the column")),
    (Share, _measured("%", "0.5 %", "a share from 0 % to 100 %")),
    (Dollars, _measured("USD", "1000000 USD", "US dollars")),
    (Points, _measured("pts", "50 pts", "index points from 1 to 1000")),
    (Multiple, _measured("ratio", "2 ratio", "a multiple from 0 to 100")),
    (Days, _measured("days", "21 days", "whole calendar days, 0 to 730")),
    (Sessions, _measured("sessions", "5 sessions", "whole sessions, 0 to 63")),
    (DriverName, _column(lambda one: one.dtype.is_numeric(), "a numeric column that rules read")),
    (FlagName, _column(lambda one: str(one.dtype) == "Boolean", "a yes-or-no column")),
)


def _readers() -> dict[Any, JsonSchemaValue]:
    found: dict[Any, JsonSchemaValue] = {}
    for alias, schema in _WRITTEN:
        for part in get_args(alias):
            if isinstance(part, PlainValidator | BeforeValidator):
                found[part.func] = schema
    return found


class _AsWritten(GenerateJsonSchema):
    """Pydantic's own generator, told what our readers of texts accept."""

    def function_plain_schema(
        self, schema: core_schema.PlainValidatorFunctionSchema
    ) -> JsonSchemaValue:
        """A value that a function of ours reads."""
        known = _readers().get(schema["function"]["function"])
        return dict(known) if known else super().function_plain_schema(schema)

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        """A value that a function of ours reads first; what comes after sees no text any more."""
        known = _readers().get(schema["function"]["function"])
        return dict(known) if known else super().function_before_schema(schema)


def policy_schema() -> dict[str, Any]:
    """JSON Schema of the file; what only the parts together can tell is not in it."""
    schema = Policy.model_json_schema(by_alias=True, schema_generator=_AsWritten)
    for name, model in [("Policy", schema), *schema["$defs"].items()]:
        for key, entry in model.get("properties", {}).items():
            described = MEANINGS.get(f"{name}.{key}") or MEANINGS.get(key)
            if described:
                model["properties"][key] = _with_meaning(entry, described)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "VolBrief policy 1"
    return schema


def _with_meaning(entry: Mapping[str, Any], meaning: str) -> dict[str, Any]:
    return {**entry, "description": meaning}


def policy_json_schema() -> str:
    """The same as text: sorted keys, two spaces, a newline at the end."""
    return json.dumps(policy_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


# By key, or by part and key where a key means different things: what an editor shows beside it.
MEANINGS: dict[str, str] = {
    "name": "what it is called: lower-case letters, digits, - and _",
    "Band.name": "what the page calls the band",
    "LayerSpec.name": "what the page calls the layer",
    "SizedLayerSpec.name": "what the page calls the layer",
    "Signer.name": "what the signer watches",
    "version": "raise it with every change; decisions say which version made them",
    "effective_from": "first day on which the policy is in force [YYYY-MM-DD]",
    "reviewed": "day of the last review [YYYY-MM-DD]; after a year lint warns",
    "summary": "one sentence on what is particular about this policy",
    "timelock": "one sentence on when a decision takes effect",
    "required_inputs": "series without which nothing but hold is recommended",
    "sizing": "from a multiplier to contracts",
    "condor": "the iron condor that is sold",
    "budget": "what the book may cost and lose",
    "axes": "what the rows and columns of the matrix are",
    "matrix": "what each market state asks of each layer: row, then column, then the cell",
    "persistence": "how long a market state holds before it moves a layer",
    "cooldown": "how long a move against the last one waits",
    "quorum": "how many of the five signatures a multiplier above 1.00 needs",
    "layers": "what each layer holds",
    "seed": "the seed rule in its readings",
    "gates": "what closes the decision or an add, by rule id",
    "drivers": "what moves layers, by rule id",
    "modifiers": "what moves layers unless a driver does, by rule id",
    "gauges": "what is reported, by rule id",
    "tests": "what passes or fails, by rule id",
    "signers": "S1 to S5",
    "after": "what holds of the book after the change proposed",
    "is": "true or false",
    "Flagged.is": "whether the column is to be yes or no",
    "all": "conditions of which every one is to be true",
    "any": "conditions of which one is to be true",
    "at_least": "how many of which conditions",
    "count": "how many",
    "of": "the conditions",
    "annotate": "the sentence for the page",
    "row": "the rows' axis",
    "column": "the columns' axis",
    "Axis.column": "table.column that is cut into bands",
    "Comparison.column": "table.column",
    "Compared.column": "table.column",
    "Flagged.column": "table.column, yes or no",
    "than": "table.column of the same unit",
    "bands": "ascending; each begins where the one before ends",
    "id": "used in the matrix and in conditions",
    "below": "where the band ends, with its unit; none on the last",
    "below_base": "the layer",
    "below_last_raise": "the axis; only row",
    "block_adds": "layers to which no rule adds",
    "unless": "a condition under which adds pass all the same",
    "changed": "the axis whose band changed",
    "within": "how many sessions ago at most",
    "axis": "row or column of the matrix",
    "in": "ids of bands",
    "nav": "net asset value [US dollars]",
    "carry": "of the hedges, a year [% of nav]",
    "purchase": "of one purchase or roll [% of nav]",
    "coverage": "of the condors' largest loss, gained by the hedges under stress [%]",
    "condor_loss": "of the condors of one cycle [% of nav]",
    "second_engine_cost": "of the Second Engine's options [% of nav]",
    "second_engine_leverage": "notional of its futures [% of nav]",
    "margin": "in use [% of nav]; no limit where it is not there",
    "delta": "for one percent of the index, either way [% of nav]; no limit where it is not there",
    "vega": "either sign [US dollars a point]; no limit where it is not there",
    "rule_id": "of its own for each cell; R-02 for the seed rule",
    "L1": "multiplier of the short layer's base",
    "L2": "multiplier of the mid layer's base",
    "L3": "multiplier of the long layer's base",
    "SE": "state of the Second Engine: off or watch",
    "sparse": "history hardly ever visited the cell",
    "LayerSpecs.L1": "the short layer",
    "LayerSpecs.L2": "the mid layer",
    "LayerSpecs.L3": "the long layer",
    "LayerSpecs.SE": "the Second Engine",
    "Predicates.L1": "for L1 in place of every_layer",
    "Predicates.L2": "for L2 in place of every_layer",
    "Predicates.L3": "for L3 in place of every_layer",
    "Predicates.SE": "for the Second Engine in place of every_layer",
    "every_layer": "for every layer without a condition of its own",
    "op": "how the two are compared",
    "value": "threshold with its unit",
    "exit": "level, with its unit, past which a condition that came true ends",
    "preset": "monthly with its numbers here; cndr and one_dte are published and have none",
    "tier": "of preset one_dte",
    "days_to_expiry": "aimed at, and accepted [calendar days]",
    "short_delta": "of the strike sold, as a plain number",
    "long_delta": "of the strike bought, as a plain number",
    "width": "between short and long strike",
    "least_credit": "of the width [%]",
    "take_profit": "of the credit [%]",
    "exit_dte": "closed so many days before expiry",
    "stop_loss": "closed at so many times the credit lost",
    "Cooldown.sessions": "sessions before a move in the opposite direction",
    "exempt": "the direction that does not wait",
    "hold": "layers that are kept",
    "instrument": "what is held",
    "base_units": "contracts per ten condors at 1.00",
    "short_strike": "of a spread, in words; none for an outright call",
    "roll_dte": "rolled so many days before expiry",
    "roll_extrinsic": "share of the entry's time value at which it is rolled",
    "monetize_at": "times its cost (ratio), of a spread the share of its width (%): half is sold",
    "grade": "of the evidence: A best to D none",
    "missing": "only required_inputs",
    "monetise": "the layer",
    "share": "of the layer that is sold [%]",
    "move": "the layer",
    "steps": "of the matrix, up or down",
    "paid_by": "the layer whose reduction pays the add",
    "not_evaluated": "why it cannot be judged yet",
    "closes": "sessions that a cell holds before it moves a layer",
    "guarded_row": "id of the row in which a distortion may be temporary",
    "guarded_add": "sessions before an add in that row",
    "guarded_reduce": "sessions before a reduction in that row",
    "add": "when the signer signs an add",
    "reduce": "when the signer signs a reduction",
    "Quorum.add": "signatures for a multiplier above 1.00",
    "Quorum.reduce": "signatures for coming back down from above 1.00",
    "se": "signatures for the Second Engine",
    "mandatory": "groups, of each of which at least one signs an add",
    "never_false": "signers whose no stops an add",
    "refresh": "layers that come back up to their base",
    "restructure": "the layer, or IC for the condor",
    "how": "in which way",
    "by": "by how much",
    "review": "what a person looks at",
    "when": "the condition",
    "says": "one sentence on what the rule does",
    "role": "its standing",
    "enabled": "whether it acts",
    "evidence": "one sentence for and against",
    "then": "what it does while its condition is true",
    "scope": "what a gate closes",
    "stops": "ids of the rules that the gate stops",
    "scales": "lets through the whole steps that fit",
    "spares": "layers not kept below their base",
    "layer": "which one is lifted",
    "lift_to": "multiplier of its base",
    "financed_by": "trim where a trim of the condor is to pay",
    "active": "the reading that acts",
    "readings": "by letter",
    "SeedReading.seed": "only active",
    "sign_changed": "table.column whose sign changed",
    "condor_units": "iron condors that the hedge stands over",
    "profile_multiplier": "of every layer",
    "step": "the most that a layer moves in a session, in multiples of its base",
    "from": "the least",
    "to": "the most",
    "target": "the one aimed at",
    "MatrixMoved.matrix": "only persisted",
}
