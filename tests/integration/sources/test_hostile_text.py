"""F14 to F16: foreign words in files, names and answers come out of a refusal short and harmless."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from pydantic import SecretStr

from sources.dataset import Dataset
from sources.desk import load_desk
from sources.desk_csv import parse_positions_csv
from sources.errors import SourceError
from sources.http import Client
from sources.identify import identify
from sources.live import datasets
from sources.live_choices import EXTRA, Live
from sources.own_csv import parse_own
from sources.request import Request
from tests.integration.sources.conftest import FaultServer, refusal_of

LONGEST = 1_000  # characters of a refusal of one thing
WORDS = {
    "markup": "<img src=x onerror=alert(1)></script>",
    "template": "{{7*7}}{% include 'x' %}",
    "terminal": "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "right to left": "\u202egpj.exe\u2066",
    "zero width": "vix\u200b\u200d\ufeff_close",
    "line break": "a\u2028b\u0085c",
    "control": "a\x00b\x08c\x7f",
    "ten thousand": "x" * 10_000,
    "combining": "e" + "\u0301" * 3_000,
}
EVERY = {
    one.name: one
    for one in datasets(
        Live(
            date(2022, 12, 30), fred_key=SecretStr("k"), contact="me@host.org",
            extra=frozenset(EXTRA),
        )
    )
    if one.table is not None
}  # fmt: skip
KINDS = {one.name.rstrip("0123456789-_"): one for one in EVERY.values()}


def _assert_harmless(message: str) -> None:
    """Nothing in it moves a terminal, hides or fills a page; markup is the page's to escape."""
    assert all(sign.isprintable() for sign in message.replace("\n", " ")), ascii(message)[:300]
    assert len(message) <= LONGEST, len(message)


def _bodies(words: str) -> tuple[bytes, ...]:
    told = json.dumps(words)
    return (
        words.encode(),
        f"DATE,{words}\n01/02/1990,17.24\n".encode(),
        f"DATE,VIX\n{words},17.24\n01/03/1990,{words}\n".encode(),
        f"observation_date,VIXCLS\n1990-01-02,{words}\n".encode(),
        f"<html><h4>{words}</h4><a href='{words}'>x</a></html>".encode(),
        f'{{{told}: 1, "data": {told}, "status": {told}, "message": [{told}]}}'.encode(),
        f"[{told}, {{{told}: {told}}}]".encode(),
        f"Form Type|{words}\n{words}\n".encode(),
    )


@pytest.mark.parametrize("dataset", KINDS.values(), ids=KINDS)
def test_fault_f15_refusal_is_harmless(dataset: Dataset) -> None:
    """F15: each parser refuses such a file in short and visible words."""
    for body in (body for words in WORDS.values() for body in _bodies(words)):
        with pytest.raises(SourceError) as refusal:
            dataset.parse(body).collect(engine="in-memory")
        _assert_harmless(str(refusal.value))


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_fault_f15_own_names_are_harmless(words: str) -> None:
    """F15: a user's own file of such a name, header or cell, and a desk of such names, too."""
    for payload, file in (
        (b"date,value\n2024-01-02,1\n", f"{words}.csv"),
        (f"date,{words}\n2024-01-02,1\n".encode(), "own.csv"),
        (f"date,vvix_close\n{words},1\n".encode(), "own.csv"),
        (f"date,vvix_close\n2024-01-02,{words}\n".encode(), "own.csv"),
    ):
        with pytest.raises(SourceError) as refusal:
            parse_own(payload, series_ids=("vvix_close",), file=file)
        _assert_harmless(str(refusal.value))
    with pytest.raises(SourceError) as refusal:
        parse_positions_csv(f"symbol,quantity\n{words},{words}\n".encode(), file="statement.csv")
    _assert_harmless(str(refusal.value))


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("key", ["name", "profile", "nav", "strange"])
def test_fault_f15_desk_names_are_harmless(words: str, key: str) -> None:
    """F15: a desk of such a name is refused, or keeps only what a page can show."""
    text = f"version: 1\n{key}: {json.dumps(words)}\n"
    with pytest.raises(SourceError) as refusal:
        load_desk(text, file="desk.yaml")
    for sentence in str(refusal.value).splitlines():
        _assert_harmless(sentence)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_fault_f15_strange_file_is_harmless(words: str) -> None:
    """F15: a file that nobody knows is described without its own words getting through."""
    for body in _bodies(words):
        found = identify(body, "strange", datetime(2026, 11, 23, tzinfo=UTC))
        assert not found.readings


@pytest.mark.parametrize("words", [words for words in WORDS.values() if "\x00" not in words])
def test_fault_f14_notice_of_a_server_is_harmless(
    words: str, server: FaultServer, reply: Callable[..., object], client: Client,
    ask: Callable[..., Request],
) -> None:  # fmt: skip
    """F14: what a server says of its refusal is quoted in short, in whatever it is written."""
    server.answers("/VIX.csv", reply(
        status=403, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=words.encode()
    ))  # fmt: skip
    _assert_harmless(str(refusal_of(client, ask())))


HOSTILE_JSON = (
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"data": 1, "data": 2}',
    b"[" + b"9" * 5_000 + b"]",
    b"[1e999]",
    b"[NaN]",
    b'{"data": [1' + b",1" * 200_000 + b"]",  # never closed
)


@pytest.mark.parametrize("dataset", KINDS.values(), ids=KINDS)
def test_fault_f16_hostile_json_refused(dataset: Dataset) -> None:
    """F16: depth bombs, doubled keys, huge and impossible numbers move no parser but to refuse."""
    for body in HOSTILE_JSON:
        with pytest.raises(SourceError) as refusal:
            dataset.parse(body).collect(engine="in-memory")
        _assert_harmless(str(refusal.value))
