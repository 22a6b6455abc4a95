"""How the feeds that need no network are declared: the sample's and the simulator's."""

from datetime import time

from schemas.feed import Feed, Frequency, Known

CLOSE = Known("after_close", minutes=20)
SAME_EVENING = Known("days_later", days=0, at=time(18, 0))
ERP_DAY = Known("months_later", months=0, day=5, at=time(18, 0))
_ARCH_TERMS = "In the wheel of the arch package (NCSA); used where it is installed, not copied"


def arch(
    remote_id: str,
    publisher: str,
    known: Known,
    ages: tuple[int, int],
    scale: float = 1.0,
    note: str = "",
) -> Feed:
    """A column of a file in the arch package."""
    return Feed(
        "sample",
        publisher,
        f"arch.data.{remote_id}",
        "monthly" if known.rule == "months_later" else "daily",
        known,
        *ages,
        scale=scale,
        terms=_ARCH_TERMS,
        note=note,
    )


def simulated(name: str, known: Known = CLOSE, ages: tuple[int, int] = (0, 0),
              frequency: Frequency = "daily", revised: str = "never") -> Feed:  # fmt: skip
    """A series of the simulated market."""
    return Feed("simulated", "VolBrief simulator", name, frequency, known, *ages,
                revised=revised, terms="Made here; no market data", redistributable=True)  # fmt: skip


def reference(column: str, scale: float, note: str = "") -> Feed:
    """A column of the premia typed into this package."""
    return Feed("sample", "Aswath Damodaran, NYU Stern", f"ERPbymonth: {column}", "monthly",
                ERP_DAY, 27, 45, scale=scale, revised="sometimes corrected",
                terms="Free to use with acknowledgement", redistributable=True, note=note)  # fmt: skip
