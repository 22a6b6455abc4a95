"""Progress is for somebody at a terminal, and for nobody else."""

import pytest

from flows.progress import report, shown_on_terminal


def test_silent_without_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Where stderr is no terminal not a byte is written, inside the block or outside."""
    report("outside")
    with shown_on_terminal():
        report("fetch spx")
    assert capsys.readouterr() == ("", "")


def test_shown_on_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal it goes to stderr, never to stdout, and ends with the block."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with shown_on_terminal():
        report("fetch spx")
    report("afterwards")
    out, err = capsys.readouterr()
    assert out == ""
    assert err
    assert "afterwards" not in err
