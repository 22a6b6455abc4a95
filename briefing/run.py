"""What the page is told beside the tables: the run, and the policy's own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class LayerText:
    """How the policy describes one layer."""

    layer_id: str
    name: str
    instrument: str
    target_expiry: str
    target_delta: str


@dataclass(frozen=True)
class PolicyText:
    """Words of the policy that no table holds: printed, never computed with.

    ``evidence`` maps a rule to what history says about it, ``rules`` to its title, ``signers`` a
    signer to what it watches; ``rows`` and ``columns`` map a bucket of the matrix to its label,
    in the policy's order.
    """

    layers: tuple[LayerText, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    signers: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    def layer(self, layer_id: str) -> LayerText:
        """The policy's words for a layer; its bare name where the policy says nothing."""
        for text in self.layers:
            if text.layer_id == layer_id:
                return text
        return LayerText(layer_id, layer_id, "not stated", "not stated", "not stated")


@dataclass(frozen=True)
class RunInfo:
    """Which run the page belongs to; ``revision`` counts the pages of one session from 1."""

    run_id: str
    session: date
    source: str
    policy_name: str
    policy_version: str
    policy_hash: str
    data_hash: str
    code_hash: str
    code_version: str
    revision: int
    text: PolicyText = field(default_factory=PolicyText)


@dataclass(frozen=True)
class Refusal:
    """Why there is no briefing: what failed, on which input, and what to do about it."""

    session: date
    source: str
    run_id: str
    headline: str
    failures: tuple[str, ...]
    inputs: tuple[str, ...]
    what_to_do: tuple[str, ...]
