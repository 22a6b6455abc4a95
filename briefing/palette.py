"""The page's colors: each repeats what a shape, dash or word already says."""

PAPER, INK = "#FFFFFF", "#16202B"
TONES = {
    "blue": "#005A8C",
    "vermillion": "#B34700",
    "green": "#00704F",
    "ochre": "#8A5A00",
    "grey": "#5F6770",
}
BANDS = {"outer_band": "#E8ECF0", "band": "#CBD3DB"}
RULE = "#C3CAD1"

DARK_PAPER, DARK_INK = "#12181F", "#E7ECF1"
DARK_TONES = {
    "blue": "#6DB9EA",
    "vermillion": "#F2935F",
    "green": "#4FC99E",
    "ochre": "#E0B355",
    "grey": "#A7B0B9",
}
DARK_BANDS = {"outer_band": "#222C36", "band": "#364451"}
DARK_RULE = "#46525E"


def dark_pairs() -> tuple[tuple[str, str], ...]:
    """Each light color of a figure with the one that takes its place on a dark page."""
    return (
        (PAPER, DARK_PAPER),
        (INK, DARK_INK),
        (RULE, DARK_RULE),
        *((BANDS[name], DARK_BANDS[name]) for name in BANDS),
        *((TONES[name], DARK_TONES[name]) for name in TONES),
    )


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colors, 1 to 21.

    Source:
        W3C, Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]  # noqa: PLR2004 -- the standard's constants
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
