"""The one exception of this room."""


class PricingError(ValueError):
    """Arrays that no market could have: where, what was found, what is accepted."""
