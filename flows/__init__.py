"""Order, retries, clock: the only room that sees every other.

The orchestrator reads its settings when it is imported, so they are set here, before any module
of this room imports it. Whatever the user set already stays.
"""

import os

_ORCHESTRATOR = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # The default of 20 s is too short for a first run, which migrates a database.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # One event per transaction stalls an SQLite server for seconds.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # Our own messages say how a run went; a worker has read its settings before it imports this.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}
for _name, _value in _ORCHESTRATOR.items():
    os.environ.setdefault(_name, _value)
