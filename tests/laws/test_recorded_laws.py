"""Laws of reading: unit, type, order of rows and company change nothing; what was written is what is read."""

import csv
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.exchange.csv import CsvSource, find_records
from myotis.exchange.grouping import ROW, grouped_by
from myotis.exchange.reading import open_table
from myotis.exchange.tables import stack
from myotis.exchange.writing import write_table
from myotis.score.columns import find_layout
from myotis.score.recorded import Recorded, read_recorded

bounded = settings(max_examples=100, deadline=None)
fewer = settings(max_examples=40, deadline=None)

VAS_STEPS = st.integers(0, 10_000)

TEXTS = st.one_of(
    st.decimals(-20, 200, places=3).map(str),
    st.sampled_from(["", "NA", ".", " 1 ", "1,5", "inf", "nan", "x", "1e1", "10", "0.00001"]),
    st.none(),
)

FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


def read(columns: Mapping[str, Sequence[object]], rows: list[int] | None = None) -> Recorded:
    height = len(next(iter(columns.values())))
    frame = pl.DataFrame({ROW: rows or list(range(2, height + 2)), "visit": ["0"] * height, **columns}, strict=False)
    if "subject" not in columns:
        frame = frame.with_columns(pl.lit("S1").alias("subject"))
    return read_recorded(frame, find_layout(frame.columns, allow_absent=True))


@bounded
@given(st.lists(VAS_STEPS, min_size=1))
def test_every_point_of_the_scale_is_read_exactly_in_either_unit_and_type(steps: list[int]) -> None:
    centimeters = [Decimal(step) / 1000 for step in steps]
    millimeters = [Decimal(step) / 100 for step in steps]
    for column, numbers in (("physician_global_cm", centimeters), ("physician_global_mm", millimeters)):
        for values in ([str(number) for number in numbers], [float(number) for number in numbers]):
            recorded = read({column: list(values)})
            assert recorded.steps["physician_global"].tolist() == steps
            assert recorded.faults == []


@bounded
@given(st.sampled_from([6, 7, 8]), st.data())
def test_haq_means_of_six_to_eight_categories_are_read_exactly(categories: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(0, 3 * categories))
    recorded = read({"haq": [str(total / categories)]})
    assert recorded.steps["haq"].tolist() == [total * 168_000 // categories]
    assert recorded.faults == []


@bounded
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_order_and_company_of_rows_change_nothing(rows: list[tuple[str | None, ...]], random) -> None:  # type: ignore[no-untyped-def]
    names = ("physician_global_cm", "mmt8", "ck", "ck_uln")
    numbers = list(range(2, len(rows) + 2))

    def read_rows(order: list[int]) -> Recorded:
        columns = {name: [rows[row][i] for row in order] for i, name in enumerate(names)}
        return read(columns, [numbers[row] for row in order])

    whole = read_rows(list(range(len(rows))))
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = read_rows(order)
    alone = [read_rows([row]) for row in range(len(rows))]
    for name, steps in whole.steps.items():
        assert np.array_equal(shuffled.steps[name], steps[order])
        assert [one.steps[name][0] for one in alone] == steps.tolist()
    assert shuffled.faults == whole.faults
    assert Counter(fault for one in alone for fault in one.faults) == Counter(whole.faults)


@fewer
@given(st.lists(st.sampled_from(["a", "b", "c", "é", "", "dd"]), min_size=1, max_size=40), st.integers(1, 50))
def test_grouping_keeps_every_row_and_every_subject_whole(subjects: list[str], rows_in_memory: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.csv"
        path.write_text("subject,x\n" + "".join(f"{subject},x\n" for subject in subjects), "utf-8")
        frames = list(grouped_by(open_table(path), "subject", rows_in_memory))
    found = [(subject or "", row) for frame in frames for subject, row in frame.select("subject", ROW).iter_rows()]
    assert sorted(found, key=lambda pair: pair[1]) == [(s, row) for row, s in enumerate(subjects, start=2)]
    runs = sum(1 for i, (s, _) in enumerate(found) if i == 0 or found[i - 1][0] != s)
    assert runs == len(set(subjects))
    assert all(earlier[1] < later[1] for earlier, later in pairwise(found) if earlier[0] == later[0])
    assert sum(frame["subject"].n_unique() for frame in frames) == len(set(subjects))


@fewer
@given(st.lists(st.tuples(FIELDS, FIELDS, FIELDS), min_size=1, max_size=8), st.booleans())
def test_what_python_writes_is_what_is_read(rows: list[tuple[str, ...]], everything_quoted: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            if everything_quoted:
                writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
            else:  # some Pythons quote a lone carriage return only where the line end holds one
                writer = csv.writer(file, lineterminator="\r\n")
            writer.writerows([("a", "b", "c"), *rows])
        frame = stack(list(open_table(path).batches(3)))
    assert frame.rows() == [tuple(text or None for text in row) for row in rows]


@fewer
@given(
    st.lists(st.tuples(st.none() | FIELDS, st.none() | st.floats(allow_nan=False, allow_infinity=False)), min_size=1),
    st.sampled_from([".csv", ".tsv", ".parquet"]),
)
def test_what_is_written_is_read_again(rows: list[tuple[str | None, float | None]], extension: str) -> None:
    frame = pl.DataFrame(rows, {"text": pl.String, "number": pl.Float64}, orient="row")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"out{extension}"
        with write_table(path) as writer:
            writer.write(frame.head(1))
            writer.write(frame.slice(1))
        back = stack(list(open_table(path).batches(3)))
    assert back.cast({"number": pl.Float64}).rows() == (
        frame.rows() if extension == ".parquet" else [(text or None, number) for text, number in rows]
    )


@bounded
@given(st.lists(st.lists(FIELDS, min_size=2, max_size=5), min_size=1, max_size=8))
def test_fields_are_counted_as_python_counts_them(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        records = find_records(path.read_bytes(), ",")
    assert records.fields.tolist() == [len(row) for row in rows]
    assert not len(records.misquoted)
    assert not len(records.returns)


def test_sources_can_be_read_again() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.csv"
        path.write_text("a\n1\n2\n")
        source = CsvSource(path, ",")
        assert [stack(list(source.batches(1)))["a"].to_list() for _ in range(2)] == [["1", "2"], ["1", "2"]]
