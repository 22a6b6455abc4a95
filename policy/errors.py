"""How a policy is refused: one exception, and one sentence that says where and what to do."""


class PolicyError(ValueError):
    """A policy cannot be used; the message names file, line, key, found, accepted and remedy."""
