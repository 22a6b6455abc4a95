"""Colors keep the contrast that the guidelines ask for, in light and dark."""

import pytest

from briefing import palette


def test_contrast_matches_the_standard() -> None:
    """Black on white is 21 to 1 and #767676 on white the well-known 4.54 (W3C, WCAG 2.2)."""
    assert palette.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert palette.contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("tone", [*palette.TONES.values(), palette.INK])
def test_light_tones_read_as_text(tone: str) -> None:
    """Each tone has 4.5 to 1 on paper; a label may lie on a band, which asks 3 to 1."""
    assert palette.contrast(tone, palette.PAPER) >= 4.5
    assert palette.contrast(tone, palette.BANDS["band"]) >= 3.0


@pytest.mark.parametrize("tone", [*palette.DARK_TONES.values(), palette.DARK_INK])
def test_dark_tones_read_as_text(tone: str) -> None:
    """Each dark tone has 4.5 to 1 on the dark page and 3 to 1 on its bands."""
    assert palette.contrast(tone, palette.DARK_PAPER) >= 4.5
    assert palette.contrast(tone, palette.DARK_BANDS["band"]) >= 3.0


def test_every_color_has_a_dark_twin() -> None:
    """No two light colors share a name, so that each can be swapped."""
    light = [pair[0] for pair in palette.dark_pairs()]
    assert len(set(light)) == len(light) == len(palette.TONES) + len(palette.BANDS) + 3
