"""What this room raises: a publisher's file is missing, or is not what was expected."""


class SourceError(ValueError):
    """A publisher's file is missing, or is not what its adapter was written for.

    Attributes:
        is_temporary: the same request may succeed later; false for what asking again cannot mend.
        status: HTTP status of the refusal; null where the fault is not a status.
        retry_after: how long the publisher asks to wait [seconds]; null where it does not say.
    """

    def __init__(
        self,
        message: str,
        *,
        is_temporary: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.is_temporary = is_temporary
        self.status = status
        self.retry_after = retry_after
