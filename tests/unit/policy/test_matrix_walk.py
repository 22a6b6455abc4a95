"""Every cell of the matrix under every reading of the seed rule and both profiles, from the files."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from policy.model import Policy, load

ROOT = Path(__file__).parents[3]
Planted = dict[str, float | None]
Decided = dict[str, list[dict[str, Any]]]

PROFILES = ("steward", "promoter")
READINGS = ("F", "V", "Z")
ROWS = {"B1": -1.0, "B2": 0.0, "B3": 1.2, "B4": 2.0}  # B3 above the 1.0 of reading Z
COLUMNS = {"R1": 0.10, "R2": 0.16, "R3": 0.20, "R4": 0.30}
CELLS = [(row, column) for row in ROWS for column in COLUMNS]
FIRES: dict[str, Planted] = {"F": {"erp_fcfe_marked": 0.07}, "V": {"erp_svix30": 0.08}, "Z": {}}
BEFORE, AFTER = 14, 10  # sessions in the middle of the matrix, then in the cell
# S3 and S4 sign, and S2 where the column changed; or only S1 and S5 can, whom the mandate refuses.
SIGNED: Planted = {"term_ratio_3m": 1.10, "is_divergence_on": True}
UNSIGNED: Planted = {"term_ratio_3m": None, "vix_rsi_14d": 69.0}
STEP = 0.25
LAYERS = ("L1", "L2", "L3", "SE")


@cache
def _file(name: str) -> dict[str, Any]:
    """The policy's file as plain text values: what is expected comes from there, not the model."""
    text = (ROOT / "policy" / f"{name}.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 -- makes only text
    return found


@pytest.fixture(scope="module")
def policies() -> dict[tuple[str, str], Policy]:
    """Copies of the profiles with each reading active, rich enough that no budget binds."""
    found = {}
    for profile in PROFILES:
        for reading in READINGS:
            content = load(profile).model_dump(mode="json", by_alias=True, exclude_unset=True)
            content["budget"]["nav"] = "10000000 USD"
            content["seed"]["active"] = reading
            for name, one in content["seed"]["readings"].items():
                one["enabled"] = True
                one["role"] = "driver" if name == reading else "gauge"
            found[profile, reading] = Policy.model_validate(content)
    return found


@pytest.fixture(scope="module")
def walked(
    decide: Callable[..., dict[str, pl.DataFrame]], policies: dict[tuple[str, str], Policy]
) -> Callable[..., Decided]:
    """By cell and layer the decisions of a market that comes to the cell from the middle and stays.

    One market visits all cells, back to the middle before each until every layer is at its base.
    """

    @cache
    def all_cells(profile: str, reading: str, *, signed: bool) -> dict[str, pl.DataFrame]:
        also, market = SIGNED if signed else UNSIGNED, []
        for row, column in CELLS:
            came_from = "R1" if signed else column  # else S2 would sign
            market += [{"realized_vol_21d": COLUMNS[came_from], **also}] * BEFORE
            here = {"vol_gap_z": ROWS[row], "realized_vol_21d": COLUMNS[column], **also}
            market += [here | FIRES[reading]] * AFTER
        table = decide(policies[profile, reading], market)["mart_hedge_decision_daily"].sort(
            "session"
        )
        return {layer: table.filter(pl.col("layer_id") == layer) for layer in LAYERS}

    def run(profile: str, reading: str, cell: tuple[str, str], *, signed: bool) -> Decided:
        start = CELLS.index(cell) * (BEFORE + AFTER)
        found = {
            layer: frame.slice(start, BEFORE + AFTER).to_dicts()
            for layer, frame in all_cells(profile, reading, signed=signed).items()
        }
        base = {layer: found[layer][BEFORE - 1]["multiplier_after"] for layer in ("L2", "L3")}
        assert base == {"L2": 1.0, "L3": 1.0}, "the market came to the cell before it was at base"
        return found

    return run


def _fires(reading: str, cell: tuple[str, str]) -> bool:
    """Below 18 % each reading fires; the relative one only where the gap is at least 1."""
    return cell[1] in {"R1", "R2"} and (reading != "Z" or cell[0] in {"B3", "B4"})


def _asked(profile: str, reading: str, cell: tuple[str, str], layer: str) -> float:
    """What file and reading ask of a layer: the cell, or the seed rule's lift where it is more."""
    content = _file(profile)
    asked = float(content["matrix"][cell[0]][cell[1]][layer])
    seed = content["seed"]
    if layer == seed["layer"] and _fires(reading, cell):
        return max(asked, float(seed["lift_to"]))
    return asked


@pytest.mark.parametrize("cell", CELLS, ids="".join)
@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("profile", PROFILES)
class TestCell:
    """A cell that has held long enough, with and without the signatures that an add needs."""

    def test_signed(
        self, walked: Callable[..., Decided], profile: str, reading: str, cell: tuple[str, str]
    ) -> None:
        """With its quorum each layer stands at what the file's cell, or the seed rule, asks."""
        found = walked(profile, reading, cell, signed=True)
        for layer in ("L1", "L2", "L3"):
            last = found[layer][-1]
            assert (last["row_bucket"], last["column_bucket"]) == cell
            assert last["multiplier_after"] == _asked(profile, reading, cell, layer), layer
        assert found["SE"][-1]["se_state"] == _file(profile)["matrix"][cell[0]][cell[1]]["SE"]
        assert found["SE"][-1]["units_after"] == 0

    def test_unsigned(
        self, walked: Callable[..., Decided], profile: str, reading: str, cell: tuple[str, str]
    ) -> None:
        """Without it nothing is above the base; what reduces needs no signature and still comes."""
        found = walked(profile, reading, cell, signed=False)
        for layer in ("L1", "L2", "L3"):
            asked, last = _asked(profile, reading, cell, layer), found[layer][-1]
            assert last["multiplier_after"] == min(asked, 1.0), layer
            if asked > 1.0:
                assert (last["action"], last["reason_code"]) == ("blocked", "quorum_not_met")
                assert last["quorum"] == int(_file(profile)["quorum"]["add"])

    def test_first_close(
        self, walked: Callable[..., Decided], profile: str, reading: str, cell: tuple[str, str]
    ) -> None:
        """One close moves only what the file exempts: a reduction in B4, or the seed rule's lift.

        After it no session moves a layer by more than a step, but for that lift.
        """
        found = walked(profile, reading, cell, signed=True)
        for layer in ("L1", "L2", "L3"):
            seeded = layer == "L2" and _fires(reading, cell)
            first = found[layer][BEFORE]
            moved = first["multiplier_after"] - first["multiplier_before"]
            guarded = cell[0] == "B4" and _asked(profile, reading, cell, layer) < 1.0
            assert moved == 0.0 or seeded or (guarded and moved == -STEP)
            for row in found[layer][BEFORE:]:
                step = abs(row["multiplier_after"] - row["multiplier_before"])
                assert step <= STEP or (seeded and row["rule_id"] == f"R-02{reading}")


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("profile", PROFILES)
def test_only_the_active_reading_lifts(
    decide: Callable[..., dict[str, pl.DataFrame]],
    policies: dict[tuple[str, str], Policy],
    profile: str,
    reading: str,
) -> None:
    """In B1 R1, with the other two premia above 6.5 %, L2 stays at the cell's 1.00."""
    others: Planted = {}
    for other in READINGS:
        others |= FIRES[other] if other != reading else {}
    here = {"vol_gap_z": -1.0, "realized_vol_21d": 0.10, **SIGNED, **others}
    tables = decide(policies[profile, reading], [here] * AFTER)
    layers = tables["mart_hedge_decision_daily"].filter(pl.col("layer_id") == "L2")
    assert layers["multiplier_after"].unique().to_list() == [1.0]
    rules = tables["mart_rule_evaluation_daily"].filter(pl.col("condition_no") == 0)
    fired = set(rules.filter(pl.col("outcome") == "fired")["rule_id"])
    assert {f"R-02{one}" for one in READINGS if one != reading and FIRES[one]} <= fired
    assert f"R-02{reading}" not in fired
