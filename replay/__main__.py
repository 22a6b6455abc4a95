"""``python -m replay FOLDER``: serve publishers' files until interrupted."""

import argparse
import contextlib
import sys
from pathlib import Path

from replay.routes import PUBLISHERS
from replay.server import ReplayServer
from replay.tables import ReplayError

_WITHOUT_SETTING = ("shiller_yale",)  # served for whoever asks Yale still; the project does not


def main() -> None:
    """Serve, after one line per publisher that an env file takes as it is."""
    parser = argparse.ArgumentParser(prog="python -m replay", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of publishers' files, a folder each")
    parser.add_argument("--port", type=int, default=0, help="where to listen; any if left out")
    asked = parser.parse_args()
    try:
        server = ReplayServer(asked.folder, asked.port)
    except (ReplayError, OSError, OverflowError) as error:
        parser.error(str(error))
    with server, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write("".join(f"{line}\n" for line in settings(server.base_url)))
        sys.stdout.flush()
        server.serve_forever()


def settings(base_url: str) -> list[str]:
    """Each publisher's base URL as an environment setting."""
    names = [name for name in PUBLISHERS if name not in _WITHOUT_SETTING]
    return [f"VOLBRIEF_BASE_URLS__{name.upper()}={base_url}/{name}" for name in names]


if __name__ == "__main__":
    main()
