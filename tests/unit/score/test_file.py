"""Scoring files: any size gives the same rows, and bad input changes nothing on disk."""

import io
import json
import random
from pathlib import Path

import polars as pl
import pytest

from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.score import file as score_module
from myotis.score.file import score_file
from myotis.score.scorer import ADDED, ScoreOptions
from myotis.score.visits import score_visits

PRODERM = read_trial("proderm")
HEADING = ["subject", "visit", "site", "physician_global_cm", "patient_global_cm", "extramuscular_cm", "mmt8", "haq",
           "ck", "ck_uln"]  # fmt: skip


def rows_of(subjects, seed=1):
    """Rows as text, subjects in an order that is not that of their names."""
    draw = random.Random(seed)  # noqa: S311 (test data)
    rows = []
    for number in sorted(range(subjects), key=lambda n: (n * 7) % subjects):
        for week in ("-3", "0", "4", "8", "16"):
            values = [f"{draw.randint(0, 100) / 10:g}" for _ in range(3)]
            rows.append([f"S{number}", week, "NA", *values, str(draw.randint(0, 150)), str(draw.randint(0, 24) / 8)])
            rows[-1] += [str(draw.randint(20, 3000)), "171.5"]
    return rows


def write(path, rows, heading=HEADING, separator=","):
    path.write_text("".join(separator.join(row) + "\n" for row in [heading, *rows]), "utf-8")
    return path


def read(path):
    return [line.split(",") for line in path.read_text("utf-8").splitlines()]


def score(path, out, **options):
    return score_file(path, out, PRODERM, ScoreOptions(**options))


def test_a_file_is_scored_as_its_table_is(tmp_path):
    rows = rows_of(9)
    score(write(tmp_path / "visits.csv", rows), tmp_path / "out.csv")
    heading, *found = read(tmp_path / "out.csv")
    assert heading == [*HEADING, *ADDED]
    assert [row[: len(HEADING)] for row in found] == rows
    frame = pl.DataFrame(rows, schema=HEADING, orient="row")
    expected = score_visits(frame).select(ADDED)
    typed = pl.read_csv(tmp_path / "out.csv", schema_overrides=expected.schema).select(ADDED)
    assert typed.equals(expected)


def test_numbers_are_written_in_their_shortest_form(tmp_path):
    rows = [["S1", "0", "x", "6.5", "6", "4", "130", "1.5", "2000", "200"],
            ["S1", "16", "x", "3.0", "6", "1.5", "142", "1", "400", "200"]]  # fmt: skip
    score(write(tmp_path / "visits.csv", rows), tmp_path / "out.csv")
    _, baseline, later = read(tmp_path / "out.csv")
    assert baseline[10:] == [""] * 20
    changes = {
        "35": "17.5",
        "0": "0",
        "8": "10",
        "16.666666666666668": "7.5",
        "53.333333333333336": "7.5",
        "25": "12.5",
    }
    expected = [text for pair in changes.items() for text in pair]
    assert later[10:] == [*expected, "ck", "55", "55", "55", "moderate", "", "none", "yes"]


@pytest.mark.parametrize("rows_in_memory", [1, 4, 7, 1000])
def test_streamed_as_in_memory(tmp_path, monkeypatch, rows_in_memory):
    path = write(tmp_path / "visits.csv", rows_of(20))
    whole = score(path, tmp_path / "whole.csv")
    monkeypatch.setattr(score_module, "ROWS_IN_MEMORY", rows_in_memory)
    streamed = score(path, tmp_path / "streamed.csv")
    assert (tmp_path / "streamed.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert streamed == whole


@pytest.mark.parametrize("rows_in_memory", [3, 11, 1000])
def test_an_ungrouped_file_is_sorted_by_subject(tmp_path, monkeypatch, rows_in_memory):
    monkeypatch.setattr(score_module, "ROWS_IN_MEMORY", rows_in_memory)
    rows = rows_of(12)
    score(write(tmp_path / "grouped.csv", rows), tmp_path / "a.csv")
    random.Random(3).shuffle(rows)  # noqa: S311 (a shuffle)
    summary = score(write(tmp_path / "mixed.csv", rows), tmp_path / "b.csv")
    grouped, mixed = read(tmp_path / "a.csv"), read(tmp_path / "b.csv")
    assert sorted(mixed) == sorted(grouped)
    assert [row[0] for row in mixed[1:]] == sorted(row[0] for row in rows)
    assert summary.subjects == 12


@pytest.mark.parametrize("extension", [".tsv", ".parquet"])
def test_other_formats_hold_the_same(tmp_path, extension):
    source = write(tmp_path / "visits.csv", rows_of(3))
    score(source, tmp_path / f"out{extension}")
    score(source, tmp_path / "out.csv")
    if extension == ".tsv":
        text = (tmp_path / "out.tsv").read_text("utf-8").replace("\t", ",")
        assert text == (tmp_path / "out.csv").read_text("utf-8")
    else:
        typed = pl.read_parquet(tmp_path / "out.parquet").select(ADDED)
        assert pl.read_csv(tmp_path / "out.csv", schema_overrides=typed.schema).select(ADDED).equals(typed)


def test_a_typed_table_is_read_with_its_types(tmp_path):
    rows = rows_of(5)
    score(write(tmp_path / "visits.csv", rows), tmp_path / "text.csv")
    numbers = [name for name in HEADING if name not in ("subject", "site")]
    frame = pl.DataFrame(rows, schema=HEADING, orient="row").with_columns(pl.col(numbers).cast(pl.Float64))
    frame.write_parquet(tmp_path / "visits.parquet")
    score(tmp_path / "visits.parquet", tmp_path / "typed.csv")
    assert [row[-20:] for row in read(tmp_path / "typed.csv")] == [row[-20:] for row in read(tmp_path / "text.csv")]


def test_transport_files_come_in(tmp_path):
    import pyreadstat

    rows = rows_of(2)
    names = {"physician_global_cm": "PGA", "patient_global_cm": "PTGA", "extramuscular_cm": "EXM"}
    frame = pl.DataFrame(rows, schema=HEADING, orient="row").rename(names)
    numbers = ["PGA", "PTGA", "EXM", "mmt8", "haq", "ck", "ck_uln", "visit"]
    frame = frame.with_columns(pl.col(numbers).cast(pl.Float64))
    pyreadstat.write_xport(frame, str(tmp_path / "visits.xpt"), table_name="VISITS", file_format_version=5)
    summary = score(tmp_path / "visits.xpt", tmp_path / "xpt.csv", column_map=names)
    score(write(tmp_path / "visits.csv", rows), tmp_path / "text.csv")
    assert [row[-20:] for row in read(tmp_path / "xpt.csv")] == [row[-20:] for row in read(tmp_path / "text.csv")]
    assert summary.rows == 10


BAD = {
    "a value out of range": lambda rows: rows[2].__setitem__(6, "151"),
    "no number": lambda rows: rows[2].__setitem__(3, "x"),
    "an infinite number": lambda rows: rows[2].__setitem__(3, "inf"),
    "off the grid": lambda rows: rows[2].__setitem__(6, "120.5"),
    "a ULN missing": lambda rows: rows[2].__setitem__(9, ""),
    "a ULN of 0": lambda rows: rows[2].__setitem__(9, "0"),
    "an unknown visit": lambda rows: rows[2].__setitem__(1, "20"),
    "a duplicate visit": lambda rows: rows[3].__setitem__(1, "4"),
    "two baselines": lambda rows: rows[2].__setitem__(1, "0"),
    "no subject": lambda rows: rows[2].__setitem__(0, ""),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("rows_in_memory", [4, 1000])
def test_bad_input_writes_nothing(tmp_path, monkeypatch, what, rows_in_memory):
    monkeypatch.setattr(score_module, "ROWS_IN_MEMORY", rows_in_memory)
    rows = rows_of(4)
    last = rows[-5:]  # the last subject: what came before was fine
    BAD[what](last)
    path, out = write(tmp_path / "visits.csv", rows), tmp_path / "out.csv"
    with pytest.raises(InputError):
        score(path, out)
    assert sorted(tmp_path.iterdir()) == [path]
    out.write_bytes(b"as it was")
    with pytest.raises(InputError) as raised:
        score(path, out)
    assert out.read_bytes() == b"as it was"
    assert sorted(tmp_path.iterdir()) == [out, path]
    assert {fault.file for fault in raised.value.faults} == {"visits.csv"}
    assert all(fault.row is not None and fault.row > 16 for fault in raised.value.faults)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"subject,visit,mmt8\n", "heading only"),
        (b"subject,visit\nS1,0\n", "columns absent"),
        (b"subject,visit\nS\xe9bastien,0\n", "wrong encoding"),
        (b"subject,visit\nS1,0,1\n", "ragged"),
    ],
)
def test_files_that_are_no_table_of_visits(tmp_path, content, what):
    path, out = tmp_path / "visits.csv", tmp_path / "out.csv"
    path.write_bytes(content)
    out.write_bytes(b"as it was")
    with pytest.raises(InputError):
        score(path, out)
    assert out.read_bytes() == b"as it was", what


def test_every_fault_of_every_part(tmp_path, monkeypatch):
    monkeypatch.setattr(score_module, "ROWS_IN_MEMORY", 3)
    rows = rows_of(4)
    for row in rows:
        row[6] = "999"
    with pytest.raises(InputError) as raised:
        score(write(tmp_path / "visits.csv", rows), tmp_path / "out.csv")
    assert [fault.row for fault in raised.value.faults] == list(range(2, 22))
    assert {fault.column for fault in raised.value.faults} == {"mmt8"}


def test_faults_come_in_the_order_of_rows_though_subjects_are_sorted(tmp_path):
    rows = rows_of(12)
    random.Random(3).shuffle(rows)  # noqa: S311 (a shuffle)
    for row in rows[10::3]:
        row[6], row[1] = "999", "99"
    with pytest.raises(InputError) as raised:
        score(write(tmp_path / "visits.csv", rows), tmp_path / "out.csv")
    assert [fault.row for fault in raised.value.faults] == [row for row in range(12, 62, 3) for _ in range(2)]


def test_a_name_that_scoring_adds_is_one_fault_and_not_one_a_part(tmp_path, monkeypatch):
    monkeypatch.setattr(score_module, "ROWS_IN_MEMORY", 3)
    rows = [["1", *row] for row in rows_of(4)]
    with pytest.raises(InputError) as raised:
        score(write(tmp_path / "visits.csv", rows, ["tis", *HEADING]), tmp_path / "out.csv")
    assert [(fault.row, fault.column) for fault in raised.value.faults] == [(1, "tis")]


def test_a_file_of_another_kind_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(score_module, "ROWS_IN_MEMORY", 5)
    monkeypatch.setattr(score_module, "MOST_FAULTS", 3)
    rows = [[*row[:6], "999", *row[7:]] for row in rows_of(50)]
    with pytest.raises(InputError) as raised:
        score(write(tmp_path / "visits.csv", rows), None)
    assert len(raised.value.faults) < 15


def test_faults_name_the_file_the_row_and_the_column(tmp_path):
    rows = rows_of(1)
    rows[1][6] = "151"
    with pytest.raises(InputError) as raised:
        score(write(tmp_path / "visits.csv", rows), None)
    (fault,) = raised.value.faults
    assert str(fault).startswith("visits.csv, row 3, subject=S0 visit=0, column mmt8: the number is out of range")


def test_the_summary_counts_visits(tmp_path):
    rows = rows_of(6)
    summary = score(write(tmp_path / "visits.csv", rows), tmp_path / "out.csv")
    written = pl.read_csv(tmp_path / "out.csv")
    found = json.loads(summary.as_json())
    assert (found["rows"], found["subjects"], found["warnings"]) == (30, 6, [])
    assert found["protocol_digest"] == PRODERM.digest
    for key, column in (("categories", "tis_category"), ("deterioration",) * 2, ("responder",) * 2):
        words = written[column].drop_nulls().to_list()
        assert found[key] == {word: words.count(word) for word in set(words)}


def test_nothing_is_written_where_only_the_summary_is_asked_for(tmp_path):
    path = write(tmp_path / "visits.csv", rows_of(2))
    assert score(path, None).rows == 10
    assert list(tmp_path.iterdir()) == [path]


def test_a_warning_is_said_once(tmp_path, monkeypatch):
    monkeypatch.setattr(score_module, "ROWS_IN_MEMORY", 5)
    rows = rows_of(6)
    for row in rows:
        row[7] = "1.62"
    summary = score(write(tmp_path / "visits.csv", rows), tmp_path / "out.csv")
    assert [(warning.file, warning.row, warning.column) for warning in summary.warnings] == [("visits.csv", 2, "haq")]


def test_the_output_may_take_the_place_of_the_input(tmp_path):
    path = write(tmp_path / "visits.csv", rows_of(3))
    score(path, tmp_path / "out.csv")
    score(path, path)
    assert path.read_bytes() == (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize(("terminal", "rows_in_memory"), [(True, 5), (True, 1000), (False, 5)])
def test_progress_is_shown_on_a_terminal_while_it_takes_long(tmp_path, monkeypatch, terminal, rows_in_memory):
    monkeypatch.setattr(score_module, "ROWS_IN_MEMORY", rows_in_memory)

    class Stream(io.StringIO):
        def isatty(self):
            return terminal

    stream = Stream()
    path = write(tmp_path / "visits.csv", rows_of(4))
    score_file(path, None, PRODERM, ScoreOptions(), progress=stream)
    shown = stream.getvalue()
    if terminal and rows_in_memory == 5:
        assert "20 rows" in shown
        assert shown.endswith("\r")
    else:
        assert shown == ""


def test_the_names_of_scored_columns_do_not_fit_a_transport_file(tmp_path):
    path = write(tmp_path / "visits.csv", rows_of(1))
    with pytest.raises(InputError, match="does not fit XPT"):
        score(path, tmp_path / "out.xpt")
    assert list(tmp_path.iterdir()) == [path]


def test_an_output_that_cannot_be_written_is_said_before_reading(tmp_path):
    path = write(tmp_path / "visits.csv", rows_of(1))
    for out in (tmp_path / "out.docx", tmp_path / "absent" / "out.csv", Path(tmp_path)):
        with pytest.raises(InputError):
            score(path, out)
