"""The warehouse keeps exactly what is declared, and says what it will not keep."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from schemas.catalogue import TABLES
from schemas.core import CORE_AS_KNOWN_DAILY, CORE_EVENT_DAILY, CORE_INDEX_DAILY, CORE_SESSION
from schemas.model import SchemaError, Table
from schemas.ops import OPS_CHECK_RESULT, OPS_RUN
from schemas.raw import RAW_EVENT, RAW_OBSERVATION, RAW_SESSION
from warehouse.errors import StoreError
from warehouse.store import Store

Rows = Callable[..., pl.DataFrame]
FIRST = date(2024, 1, 2)


def test_every_table_round_trips(store: Store, rows_of: Rows) -> None:
    """What is written comes back equal to the bit, in key order, with the declared types."""
    tables = tuple(TABLES.values())
    counts = store.replace(tables, [rows_of(table).reverse() for table in tables])
    assert counts == {table.name: 7 for table in tables}
    for table in tables:
        assert_frame_equal(store.frame(table), rows_of(table).sort(table.key), check_exact=True)
        assert store.frame(table).schema == table.schema


def test_content_outlives_the_connection(path: Path, rows_of: Rows) -> None:
    """A committed row is there for a reader who opens the file later."""
    with Store.open(path) as store:
        store.create([RAW_EVENT])
        store.append(RAW_EVENT, rows_of(RAW_EVENT))
    with Store.open(path, read_only=True) as store:
        assert store.frame(RAW_EVENT).height == 7


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_empty_tables_have_types(store: Store, table: Table) -> None:
    """A table without rows still has its declared columns and types."""
    assert store.frame(table).schema == table.schema


def test_session_bounds_are_inclusive(store: Store, rows_of: Rows) -> None:
    """Both bounds belong to what is read."""
    store.replace([CORE_INDEX_DAILY], [rows_of(CORE_INDEX_DAILY)])
    since, until = FIRST + timedelta(days=2), FIRST + timedelta(days=4)
    found = store.read(CORE_INDEX_DAILY, since=since, until=until).collect(engine="in-memory")
    assert found["session"].to_list() == [FIRST + timedelta(days=n) for n in (2, 3, 4)]


def test_bounds_need_sessions(store: Store) -> None:
    """Bounds on a table without sessions are an error, not ignored."""
    with pytest.raises(StoreError, match="raw_event has no sessions"):
        store.read(RAW_EVENT, since=FIRST)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_must_be_finite(store: Store, rows_of: Rows, value: float) -> None:
    """A number that is none is refused with its column and row, and nothing is kept."""
    wrong = rows_of(RAW_OBSERVATION).with_columns(value=pl.lit(value))
    with pytest.raises(StoreError, match=r"raw_observation: series_id .* not finite in value"):
        store.append(RAW_OBSERVATION, wrong)
    assert store.frame(RAW_OBSERVATION).is_empty()


def test_the_file_itself_refuses_nan(path: Path, rows_of: Rows) -> None:
    """A writer that passes the store by meets the same bound in the table."""
    with Store.open(path) as store:
        store.create([CORE_INDEX_DAILY])
        store.replace([CORE_INDEX_DAILY], [rows_of(CORE_INDEX_DAILY)])
    with (
        duckdb.connect(path) as connection,
        pytest.raises(duckdb.ConstraintException, match="isfinite"),
    ):
        connection.execute("UPDATE core_index_daily SET spx_close = 'nan'")


def test_nulls_only_where_declared(store: Store, rows_of: Rows) -> None:
    """A null in a column that must be known is refused by name."""
    wrong = rows_of(RAW_EVENT).with_columns(raw_sha256=pl.lit(None, dtype=pl.String()))
    with pytest.raises(StoreError, match=r"raw_event: .* a null in raw_sha256"):
        store.replace([RAW_EVENT], [wrong])


def test_keys_are_unique(store: Store, rows_of: Rows) -> None:
    """A key twice would multiply rows in every later join; it is refused."""
    rows = rows_of(CORE_EVENT_DAILY)
    with pytest.raises(StoreError, match="2024-01-03 has the key session, which is there twice"):
        store.replace([CORE_EVENT_DAILY], [pl.concat([rows, rows.slice(1, 1)])])


def test_wrong_columns_are_refused(store: Store, rows_of: Rows) -> None:
    """A frame with another type does not become a table by a silent cast."""
    wrong = rows_of(CORE_EVENT_DAILY).with_columns(pl.col("sessions_to_cpi").cast(pl.Int64))
    with pytest.raises(SchemaError, match="sessions_to_cpi is Int64, declared Int32"):
        store.replace([CORE_EVENT_DAILY], [wrong])


def test_shared_parts_run_once(store: Store, rows_of: Rows) -> None:
    """Frames that rest on one computation do not repeat it."""
    calls = []

    def counted(frame: pl.DataFrame) -> pl.DataFrame:
        calls.append(frame.height)
        return frame

    shared = rows_of(CORE_INDEX_DAILY).lazy().map_batches(counted)
    other = rows_of(CORE_EVENT_DAILY).lazy()
    joined = shared.select("session").join(other, on="session", maintain_order="left")
    store.replace([CORE_INDEX_DAILY, CORE_EVENT_DAILY], [shared, joined])
    assert calls == [7]


def test_append_is_idempotent(store: Store, rows_of: Rows) -> None:
    """Rows that are there already are left alone; the first arrival's provenance stays."""
    rows = rows_of(RAW_OBSERVATION, 9)
    assert store.append(RAW_OBSERVATION, rows.head(6)) == 6
    again = rows.with_columns(retrieved_at=pl.col("retrieved_at") + pl.duration(days=9))
    assert store.append(RAW_OBSERVATION, again.with_columns(raw_sha256=pl.lit("b"))) == 3
    kept = store.frame(RAW_OBSERVATION).sort("event_date").head(6)
    assert_frame_equal(kept, rows.head(6), check_exact=True)


def test_append_names_the_conflict(store: Store, rows_of: Rows) -> None:
    """A key that comes back with another value stops the batch and is named with both."""
    rows = rows_of(RAW_OBSERVATION)
    store.append(RAW_OBSERVATION, rows.filter(pl.col("value") > 2))
    other = rows.with_columns(
        value=pl.col("value") + pl.when(pl.col("value") > 4).then(1).otherwise(0)
    )
    message = r"series_id '; DROP TABLE raw_event; --00006, .*other values: value was 6.1, now 7.1"
    with pytest.raises(StoreError, match=message):
        store.append(RAW_OBSERVATION, other)
    assert store.frame(RAW_OBSERVATION).height == 5


def test_append_refuses_a_key_twice(store: Store, rows_of: Rows) -> None:
    """Two rows of one key in one batch are refused: neither is the right one."""
    rows = rows_of(RAW_EVENT)
    with pytest.raises(StoreError, match="which is there twice"):
        store.append(RAW_EVENT, pl.concat([rows, rows]))


def test_replace_rows_keeps_the_others(store: Store, rows_of: Rows) -> None:
    """A run's rows are replaced, those of other runs stay; again is the same."""
    mine = rows_of(OPS_CHECK_RESULT, 3).with_columns(run_id=pl.lit("x' OR '1'='1"))
    yours = rows_of(OPS_CHECK_RESULT, 5).with_columns(run_id=pl.lit("other"))
    store.replace_rows(OPS_CHECK_RESULT, yours, "run_id", "other")
    for _ in range(2):
        assert store.replace_rows(OPS_CHECK_RESULT, mine, "run_id", "x' OR '1'='1") == 3
    assert store.replace_rows(OPS_CHECK_RESULT, mine.head(1), "run_id", "x' OR '1'='1") == 1
    assert store.frame(OPS_CHECK_RESULT)["run_id"].to_list() == ["other"] * 5 + ["x' OR '1'='1"]


def test_put_replaces_by_key(store: Store, rows_of: Rows) -> None:
    """A row put twice is there once, with its latest values."""
    row = rows_of(OPS_RUN, 1).row(0, named=True)
    store.put(OPS_RUN, row)
    store.put(OPS_RUN, dict(reversed({**row, "state": "degraded"}.items())))
    assert store.frame(OPS_RUN)["state"].to_list() == ["degraded"]
    with pytest.raises(SchemaError, match="missing: revision"):
        store.put(OPS_RUN, {name: value for name, value in row.items() if name != "revision"})
    with pytest.raises(StoreError, match="ops_run: a row cannot be written"):
        store.put(OPS_RUN, {**row, "revision": "two"})


def test_decision_time_is_read(store: Store, rows_of: Rows) -> None:
    """A session's decision time, in UTC; a day that is none names the calendar's bounds."""
    store.replace(
        [CORE_SESSION], [rows_of(CORE_SESSION).with_columns(decision_at=pl.col("close_at"))]
    )
    assert store.decision_at(FIRST) == datetime(2024, 1, 2, 21, tzinfo=UTC)
    with pytest.raises(
        StoreError, match=r"2023-01-01 is not a session; .* 2024-01-02 to 2024-01-08"
    ):
        store.decision_at(date(2023, 1, 1))


def test_replace_rows_checks_its_value(store: Store, rows_of: Rows) -> None:
    """Rows of another run cannot slip in, nor a column that is no key choose rows."""
    rows = rows_of(OPS_RUN, 1)
    with pytest.raises(StoreError, match="in a batch for 'mine'"):
        store.replace_rows(OPS_RUN, rows, "run_id", "mine")
    with pytest.raises(StoreError, match="the key is run_id"):
        store.replace_rows(OPS_RUN, rows, "state", "complete")


def test_failed_transaction_leaves_nothing(store: Store, rows_of: Rows) -> None:
    """What was there before a failed transaction is there after it, all of it."""
    store.replace([CORE_INDEX_DAILY], [rows_of(CORE_INDEX_DAILY)])

    def failing() -> None:
        with store.transaction():
            store.replace([CORE_INDEX_DAILY], [rows_of(CORE_INDEX_DAILY, 2)])
            assert store.frame(CORE_INDEX_DAILY).height == 2  # its own rows are seen within
            store.append(RAW_EVENT, rows_of(RAW_EVENT))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failing()
    assert store.frame(RAW_EVENT).is_empty()
    assert_frame_equal(store.frame(CORE_INDEX_DAILY), rows_of(CORE_INDEX_DAILY), check_exact=True)


def test_store_works_after_a_refusal(store: Store, rows_of: Rows) -> None:
    """A statement that DuckDB refuses inside a transaction does not block the next one."""
    rows = rows_of(OPS_RUN, 1)
    store.replace([OPS_RUN], [rows])
    with (
        pytest.raises(StoreError, match=r"volbrief\.duckdb: Constraint Error: Duplicate key"),
        store.transaction(),
    ):
        store._insert(OPS_RUN, rows)  # noqa: SLF001 - past the checks, to the primary key
    assert store.replace([OPS_RUN], [rows_of(OPS_RUN, 2)]) == {"ops_run": 2}


def test_transactions_do_not_nest(store: Store) -> None:
    """A transaction inside another would end it early; it is refused."""
    with (
        store.transaction(),
        pytest.raises(StoreError, match="open already"),
        store.transaction(),
    ):
        pass


def test_create_is_repeatable(store: Store, rows_of: Rows) -> None:
    """Creating what is there changes nothing."""
    store.append(RAW_EVENT, rows_of(RAW_EVENT))
    store.create(tuple(TABLES.values()))
    assert store.frame(RAW_EVENT).height == 7


def test_other_columns_are_refused(path: Path) -> None:
    """A file of another version is named as such, with what to do."""
    older = Table(RAW_EVENT.name, "Older.", RAW_EVENT.key, RAW_EVENT.columns[:-1])
    with Store.open(path) as store:
        store.create([older])
        message = r"raw_event lacks raw_sha256 .* another version: delete the file"
        with pytest.raises(StoreError, match=message):
            store.create([RAW_EVENT])


def test_missing_table_is_named(path: Path) -> None:
    """Reading what was never made says which table and file."""
    with Store.open(path) as store, pytest.raises(StoreError, match="raw_event does not exist"):
        store.frame(RAW_EVENT)


def test_sql_reaches_no_other_file(store: Store) -> None:
    """The connection reads no file but its own, and cannot be talked out of it."""
    with pytest.raises(StoreError, match="disabled by configuration"):
        store._run("SELECT * FROM read_text('/etc/hostname')")  # noqa: SLF001 - no public door
    with pytest.raises(StoreError, match="configuration has been locked"):
        store._run("SET enable_external_access = true")  # noqa: SLF001 - no public door


def test_data_hash_ignores_order_and_retrieval(tmp_path: Path, rows_of: Rows) -> None:
    """The same known rows hash the same, however and whenever they came, and whatever follows."""
    until = datetime(2024, 1, 6, 12, tzinfo=UTC)
    rows = rows_of(RAW_OBSERVATION, 9)
    known = rows.filter(pl.col("available_at") <= until)
    assert 0 < known.height < rows.height
    variants = {
        "plain": known,
        "reversed": known.reverse(),
        "later": known.with_columns(retrieved_at=pl.col("retrieved_at") + pl.duration(days=1)),
        "more": rows,
    }
    hashes = set()
    for name, variant in variants.items():
        with Store.open(tmp_path / f"{name}.duckdb") as store:
            store.create([RAW_SESSION, RAW_OBSERVATION, *_others()])
            store.append(RAW_OBSERVATION, variant)
            hashes.add(store.data_hash(until))
    assert len(hashes) == 1


@pytest.mark.parametrize(
    "change",
    [
        pl.col("value") + 1e-12,
        pl.col("series_id") + "x",
        pl.col("raw_sha256") + "x",
        ~pl.col("is_reconstructed"),
    ],
    ids=["value", "series", "bytes", "flag"],
)
def test_data_hash_sees_every_change(tmp_path: Path, rows_of: Rows, change: pl.Expr) -> None:
    """Any other column of a known row changes the hash."""
    until = datetime(2024, 1, 12, tzinfo=UTC)
    hashes = []
    for name, rows in {
        "a": rows_of(RAW_OBSERVATION),
        "b": rows_of(RAW_OBSERVATION).with_columns(change),
    }.items():
        with Store.open(tmp_path / f"{name}.duckdb") as store:
            store.create([RAW_SESSION, RAW_OBSERVATION, *_others()])
            store.append(
                RAW_OBSERVATION,
                rows.with_columns(
                    is_reconstructed=pl.col("is_reconstructed").fill_null(value=True)
                ),
            )
            hashes.append(store.data_hash(until))
    assert hashes[0] != hashes[1]


def _others() -> list[Table]:
    return [
        table
        for table in TABLES.values()
        if table.layer == "raw" and table not in (RAW_SESSION, RAW_OBSERVATION)
    ]


def test_sessions_are_listed(store: Store, rows_of: Rows) -> None:
    """First and newest session of a table, of whatever grain it is."""
    assert store.last_session(OPS_RUN) is None
    assert store.bounds(OPS_RUN) is None
    store.replace([OPS_RUN], [rows_of(OPS_RUN, 4)])
    newest = FIRST + timedelta(days=2)  # odd rows have no session
    assert store.last_session(OPS_RUN) == newest
    assert store.bounds(OPS_RUN) == (FIRST, newest)


def test_coverage_counts_what_is_not_stale(store: Store) -> None:
    """Covered is a session on which every series is there, none too old and none suspect."""
    cells = [("a", 0, "ok"), ("a", 1, "ok"), ("a", 2, "warn"), ("a", 3, "ok"), ("a", 4, "suspect"),
             ("b", 1, "ok"), ("b", 2, "ok"), ("b", 3, "fail")]  # fmt: skip
    rows = [
        {
            "session": FIRST + timedelta(days=n), "series_id": name, "publisher": "p",
            "event_date": FIRST, "value": 1.0, "available_at": datetime(2024, 1, 2, tzinfo=UTC),
            "age_sessions": 0, "freshness": state, "raw_sha256": "x",
        }
        for name, n, state in cells
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=CORE_AS_KNOWN_DAILY.schema)
    store.replace([CORE_AS_KNOWN_DAILY], [frame])
    assert store.coverage(["a", "b", "a"]) == (FIRST + timedelta(days=1), FIRST + timedelta(days=2))
    assert store.coverage(["a"]) == (FIRST, FIRST + timedelta(days=3))
    assert store.coverage(["a", "never"]) is None
    assert store.coverage([]) is None


def test_csv_disarms_formulas(store: Store, path: Path, rows_of: Rows) -> None:
    """F13: a text cell that a spreadsheet would run is quoted; numbers and times are plain."""
    kinds = pl.Series(["=1+1", "+x", "-2", "@a", "\tb", "\rc", "fine"])
    store.append(RAW_EVENT, rows_of(RAW_EVENT).with_columns(event_kind=kinds))
    target = path.parent / "event.csv"
    content = store.export(RAW_EVENT, target, "csv")
    assert target.read_bytes() == content
    found = pl.read_csv(content, infer_schema=False)
    assert sorted(found["event_kind"]) == ["'\tb", "'\rc", "'+x", "'-2", "'=1+1", "'@a", "fine"]
    assert re.fullmatch(r"2024-01-0\dT21:00:00\.\d{6}Z", found["available_at"][0])


def test_csv_leaves_negative_numbers(store: Store, rows_of: Rows) -> None:
    """F13: a negative number is no formula."""
    rows = rows_of(RAW_OBSERVATION, 1).with_columns(value=pl.lit(-2.5))
    store.append(RAW_OBSERVATION, rows)
    assert ",-2.5," in store.export(RAW_OBSERVATION, None, "csv").decode()


def test_json_and_parquet_round_trip(store: Store, rows_of: Rows) -> None:
    """Parquet keeps types and values; JSON has one object per row, null for null."""
    store.replace([CORE_INDEX_DAILY], [rows_of(CORE_INDEX_DAILY)])
    parquet = pl.read_parquet(store.export(CORE_INDEX_DAILY, None, "parquet"))
    assert_frame_equal(parquet, rows_of(CORE_INDEX_DAILY), check_exact=True)
    records = pl.read_json(store.export(CORE_INDEX_DAILY, None, "json", until=FIRST)).to_dicts()
    assert records[0]["session"] == "2024-01-02"


def test_unknown_format_is_refused(store: Store) -> None:
    """The message lists what there is."""
    with pytest.raises(StoreError, match="'xlsx' is unknown; use csv, json, parquet"):
        store.export(RAW_EVENT, None, "xlsx")
