"""Subjects whole, rows in their order, nothing lost: the oracle is Python's own sort."""

import random
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import polars as pl
import pytest

from myotis.errors import InputError
from myotis.exchange.grouping import ROW, grouped_by, is_grouped
from myotis.exchange.reading import open_table
from myotis.exchange.tables import TableSource

Rows = list[tuple[str | None, int, int]]


def write(folder: Path, subjects: list[str]) -> TableSource:
    path = folder / "visits.csv"
    path.write_text("subject,x\n" + "".join(f"{subject},{i}\n" for i, subject in enumerate(subjects)))
    return open_table(path)


def rows_of(frames: Iterator[pl.DataFrame]) -> list[Rows]:
    return [
        [(subject, int(x), row) for subject, x, row in frame.select("subject", "x", ROW).rows()] for frame in frames
    ]


def joined(frames: list[Rows]) -> Rows:
    return [row for frame in frames for row in frame]


def assert_subjects_whole(frames: list[Rows]) -> None:
    seen = [{(subject or "").strip() for subject, *_ in frame} for frame in frames]
    assert sum(map(len, seen)) == len(set().union(*seen))


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7, 100])
def test_a_grouped_file_keeps_its_order(tmp_path: Path, rows: int) -> None:
    subjects = [name for name, count in (("b", 3), ("a", 1), ("c", 5), ("", 1), ("é", 2)) for _ in range(count)]
    source = write(tmp_path, subjects)
    assert is_grouped(source, "subject", rows)
    frames = rows_of(grouped_by(source, "subject", rows))
    assert joined(frames) == [(subject or None, i, i + 2) for i, subject in enumerate(subjects)]
    assert_subjects_whole(frames)


@pytest.mark.parametrize("rows", [1, 3, 10, 50, 1000])
def test_another_file_is_sorted_the_same_way_on_disk_and_in_memory(tmp_path: Path, rows: int) -> None:
    generator = random.Random(7)  # noqa: S311 (a shuffle)
    subjects = [f"S{generator.randrange(40)}" for _ in range(300)] + [""] * 3 + ["long"] * 80
    generator.shuffle(subjects)
    source = write(tmp_path, subjects)
    assert not is_grouped(source, "subject", rows)
    frames = rows_of(grouped_by(source, "subject", rows))
    expected = sorted(((subject, i) for i, subject in enumerate(subjects)), key=lambda pair: pair)
    assert joined(frames) == [(subject or None, i, i + 2) for subject, i in expected]
    assert_subjects_whole(frames)


def test_frames_stay_near_the_rows_allowed(tmp_path: Path) -> None:
    subjects = [f"S{i % 500:03d}" for i in range(5000)]
    frames = rows_of(grouped_by(write(tmp_path, subjects), "subject", 300))
    assert max(map(len, frames)) <= 600
    assert len(frames) >= 10


def test_spaces_around_a_subject_make_no_other_subject(tmp_path: Path) -> None:
    frames = rows_of(grouped_by(write(tmp_path, ["a", " a", "b", "a "]), "subject", 2))
    assert [(subject, x) for subject, x, _ in joined(frames)] == [("a", 0), (" a", 1), ("a ", 3), ("b", 2)]
    assert_subjects_whole(frames)


def test_numbers_can_be_subjects(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    pl.DataFrame({"subject": [10.0, 9.0, 10.0], "x": [0, 1, 2]}).write_parquet(path)
    (frame,) = grouped_by(open_table(path), "subject", 100)
    assert frame[ROW].to_list() == [2, 4, 3]
    assert [key for key, _ in groupby(frame["subject"])] == [10.0, 9.0]


def test_the_temporary_folder_is_always_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    source = write(tmp_path, ["a", "b"] * 50)
    frames = grouped_by(source, "subject", 10)
    next(frames)
    assert list(temporary.iterdir())
    frames.close()  # type: ignore[attr-defined]
    assert not list(temporary.iterdir())


def test_faults_come_before_the_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("subject,x\n" + "a,1\n" * 50 + "b\n")
    with pytest.raises(InputError):
        next(grouped_by(open_table(path), "subject", 5))


def test_our_own_column_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("subject,_row\na,1\n")
    with pytest.raises(InputError, match="Myotis's own"):
        next(grouped_by(open_table(path), "subject", 5))
