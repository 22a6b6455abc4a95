"""The policy's own words in the form the page takes them."""

from briefing.run import LayerText, PolicyText
from policy.entries import LayerSpec
from policy.model import Policy


def policy_text(policy: Policy) -> PolicyText:
    """What the page prints of a policy beside the tables."""
    rules = policy.rules
    signers = policy.signers
    return PolicyText(
        layers=tuple(
            _layer(layer_id, getattr(policy.layers, layer_id))
            for layer_id in ("L1", "L2", "L3", "SE")
        ),
        evidence={rule_id: rule.evidence for rule_id, rule in rules.items()}
        | {signer_id: signer.evidence for signer_id, signer in signers.items()},
        rules={rule_id: rule.says for rule_id, rule in rules.items()},
        signers={signer_id: signer.name for signer_id, signer in signers.items()},
        rows={band.id: band.name for band in policy.axes.row.bands},
        columns={band.id: band.name for band in policy.axes.column.bands},
    )


def _layer(layer_id: str, spec: LayerSpec) -> LayerText:
    window = spec.days_to_expiry
    target = "" if window.target is None else f"{window.target} days, "
    strike = f"{spec.long_delta:.2f} delta"
    short = "" if spec.short_strike == "none" else f"; short: {spec.short_strike}"
    return LayerText(
        layer_id,
        spec.name,
        spec.instrument,
        f"{target}{window.from_} to {window.to}",
        f"{strike}{short}",
    )
