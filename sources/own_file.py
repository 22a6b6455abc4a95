"""A file that the user keeps on this machine, as bytes."""

from pathlib import Path

from sources.errors import SourceError


def bytes_of(path: Path, largest: int, missing: str) -> bytes:
    """The file as it is; of one too large a byte more than is accepted, so that it is refused.

    Args:
        path: of the file.
        largest: bytes that are accepted.
        missing: the sentence after the path where no regular file is there.

    Raises:
        SourceError: it is no regular file, or may not be read.
    """
    try:
        if not path.is_file():
            raise SourceError(f"{path}: {missing}")
        with path.open("rb") as file:
            return file.read(largest + 1)
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}); accepted is a readable file; see its "
            "permissions"
        ) from error
