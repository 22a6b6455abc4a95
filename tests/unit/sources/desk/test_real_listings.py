"""What an exchange really listed can be written into a desk file."""

from pathlib import Path

import pytest

from sources.cboe_chain import parse_quote_table
from sources.desk_positions import Position

CHAIN = Path(__file__).resolve().parents[5] / "shared/data/option-chain-cboe-csv"


@pytest.mark.real_data
def test_every_listed_option_is_accepted() -> None:
    """All contracts of a real SPX and SPXW chain pass the checks of root, expiry and strike."""
    file = CHAIN / "spx_quotedata_2024-01-05.csv"
    if not file.is_file():
        pytest.skip(f"{file}: needs market files that are not ours to redistribute")
    chain = parse_quote_table(file.read_bytes()).collect(engine="in-memory")
    listed = chain.select("root", "expiry", "strike", "right").rows()
    assert len(listed) == 21_038
    for root, expiry, strike, right in listed:
        leg = Position(
            id="leg", layer="condor", instrument="option", root=root,
            right={"C": "call", "P": "put"}.get(right, right), strike=strike, expiry=expiry,
            quantity=1, multiplier=100,
        )  # fmt: skip
        assert leg.strike == strike
