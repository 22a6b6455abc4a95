"""The derivations stand in order, and every table has a maker."""

import inspect

import pytest

from flows.steps import every_step
from policy.decide import decision_step
from policy.model import load, names
from schemas.catalogue import TABLES
from schemas.series import SOURCES
from schemas.step import Step

LAYERS = ("raw", "core", "mart", "ops")


def _all_steps(source: str) -> tuple[Step, ...]:
    policy = load("steward")
    return every_step(source, policy, policy.book_terms)


@pytest.mark.parametrize("source", SOURCES)
def test_inputs_come_earlier(source: str) -> None:
    """A step reads only raw tables and what an earlier step made."""
    made = {name for name, table in TABLES.items() if table.layer == "raw"}
    for step in _all_steps(source):
        assert {table.name for table in step.inputs} <= made
        made |= {table.name for table in step.outputs}


@pytest.mark.parametrize("source", SOURCES)
def test_layers_never_go_back(source: str) -> None:
    """No step reads from a layer above the one it writes."""
    for step in _all_steps(source):
        lowest = min(LAYERS.index(table.layer) for table in step.outputs)
        assert all(LAYERS.index(table.layer) <= lowest for table in step.inputs)


@pytest.mark.parametrize("source", SOURCES)
def test_parameters_name_inputs(source: str) -> None:
    """A builder's parameters are named as its input tables."""
    for step in _all_steps(source):
        parameters = list(inspect.signature(step.build).parameters)
        assert parameters == [table.name for table in step.inputs]


@pytest.mark.parametrize("source", SOURCES)
def test_tables_have_one_maker(source: str) -> None:
    """Every core and mart table is the output of exactly one step."""
    made = [table.name for step in _all_steps(source) for table in step.outputs]
    declared = [name for name, table in TABLES.items() if table.layer in {"core", "mart"}]
    assert sorted(made) == sorted(declared)


@pytest.mark.parametrize("source", SOURCES)
def test_signals_read_known_panel(source: str) -> None:
    """No measure or decision reads a raw table: only what was known at the decision time."""
    for step in _all_steps(source):
        if any(table.layer == "mart" for table in step.outputs):
            assert all(table.layer != "raw" for table in step.inputs)


@pytest.mark.parametrize("name", names())
def test_policies_share_a_shape(name: str) -> None:
    """Every built-in policy decides over the same tables."""
    assert decision_step(load(name)).outputs == decision_step(load("steward")).outputs
