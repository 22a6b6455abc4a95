"""Options of every test."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden files be rewritten; a person reads the difference before it is committed."""
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden files anew")
