"""A policy's values, as the file means them."""

from pathlib import Path

import pytest

from policy.model import Policy, PolicyError, load, names
from policy.units import parse_quantity
from schemas.model import Unit


def test_built_in_policies_load() -> None:
    """Both built-in policies are valid and differ."""
    assert {"promoter", "steward"} <= {*names()}
    assert load("promoter").hash != load("steward").hash


def test_values_of_methodology(steward: Policy, promoter: Policy) -> None:
    """Methodology 11.1 and 12.2: quorum, profile, and two cells of the table."""
    assert (steward.quorum.add, promoter.quorum.add) == (3, 2)
    assert (steward.sizing.profile_multiplier, promoter.sizing.profile_multiplier) == (1.25, 0.75)
    cell = steward.matrix["B4"]["R4"]
    assert (cell.L1, cell.L2, cell.L3, cell.SE) == (0.25, 0.75, 1.0, "watch")
    assert steward.matrix["B3"]["R2"].L2 == 1.25


def test_thresholds_become_column_units(steward: Policy) -> None:
    """What is written with a unit is stored as the column is: 18 % is 0.18, exactly."""
    assert steward.axes.column.edges == (0.14, 0.18, 0.25)
    assert steward.axes.row.edges == (-0.5, 0.5, 1.5)
    assert parse_quantity("6.5 %").in_unit(Unit.DECIMAL) == 0.065
    assert parse_quantity("20 pts").in_unit(Unit.VOL_PTS) == 20.0


@pytest.mark.parametrize(
    ("layer", "multiplier", "units"),
    [("L1", 1.0, 5), ("L1", 0.75, 4), ("L1", 0.25, 1), ("L2", 1.5, 8), ("L2", 2.0, 8),
     ("L3", 1.0, 3), ("L3", 1.25, 3), ("SE", 1.0, 0)],
)  # fmt: skip
def test_units_round_half_up(steward: Policy, layer: str, multiplier: float, units: int) -> None:
    """Base x m x 1.25, half up, at most twice the base (methodology 2.2): 2.5 is 3, 7.5 is 8."""
    assert steward.units(layer, steward.steps(multiplier)) == units


def test_hash_is_of_content(tmp_path: Path) -> None:
    """Comments and idle zeros do not change a policy; a number does."""
    steward = load("steward")
    text = Path("policy/steward.yaml").read_text("utf-8")
    path = tmp_path / "same.yaml"
    path.write_text("# mine\n" + text.replace('"14 %"', '"14.0 %"'))
    assert load(str(path)).hash == steward.hash
    path.write_text(text.replace('"14 %"', '"13 %"'))
    assert load(str(path)).hash != steward.hash


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name: 14 to 18 %, below: "18 %"', 'name: 14 to 17 %, below: "17 %"'),
        ("M-B4R4, L1: 0.25", "M-B4R4, L1: 0.50"),
        ("active: V", "active: F"),
    ],
)
def test_worked_edits_load(steward: Policy, tmp_path: Path, before: str, after: str) -> None:
    """The edits that the README shows are accepted, and each makes another policy."""
    text = Path("policy/steward.yaml").read_text("utf-8")
    assert before in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(before, after))
    assert load(str(path)).hash != steward.hash


def test_active_reading_must_be_enabled(tmp_path: Path) -> None:
    """A reading that is off cannot act: both lines change, or neither."""
    text = Path("policy/steward.yaml").read_text("utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace("active: V", "active: Z"))
    with pytest.raises(PolicyError, match="found enabled: false"):
        load(str(path))
    path.write_text(
        text.replace("active: V", "active: Z").replace("enabled: false", "enabled: true")
    )
    assert load(str(path)).seed_rule == "R-02Z"
