"""The operations tables: runs and checks. No wall-clock time; durations live in the run ledger."""

from schemas.columns import columns
from schemas.model import Table

OPS_CHECK_RESULT = Table(
    "ops_check_result",
    "Every check of a run, the passing ones too.",
    ("run_id", "table_name", "suite", "check_id"),
    columns("run_id", "table_name", "suite", "check_id", "severity", "check_outcome",
            "checked_column", "observed", "expected", "unexpected_count", "row_count",
            "sample_rows"),
)  # fmt: skip

OPS_RUN = Table(
    "ops_run",
    "Every run that ended with a page, and what it was made from.",
    ("run_id",),
    columns("run_id", "session", "source", "policy_name", "policy_hash", "data_hash", "code_hash",
            "state", "revision"),
)  # fmt: skip

OPS_ARRIVAL = Table(
    "ops_arrival",
    "Every archived file that the warehouse has taken in, and why one was not read.",
    ("dataset", "retrieved_at"),
    columns("dataset", "retrieved_at", "raw_sha256", "refusal"),
)

OPS_GARCH_FIT = Table(
    "ops_garch_fit",
    "GARCH and GJR fits by the returns they were made on, so that no run fits the same twice.",
    ("fit_key", "arch_version"),
    columns("fit_key", "arch_version", "fit_reason", "garch_omega", "garch_alpha", "garch_gamma",
            "garch_beta"),
)  # fmt: skip

OPS_TABLES = (OPS_CHECK_RESULT, OPS_RUN, OPS_ARRIVAL, OPS_GARCH_FIT)
