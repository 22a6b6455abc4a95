"""Which orchestration server is in force."""


def orchestrator_address() -> str | None:
    """Address from the environment or the orchestrator's profile; none: a run starts its own."""
    from prefect.settings import PREFECT_API_URL

    address: str | None = PREFECT_API_URL.value()
    return address
