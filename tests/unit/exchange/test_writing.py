"""Written whole or not at all, and read again as it was."""

import io
import os
import stat
import sys
from pathlib import Path

import polars as pl
import pytest

from myotis.errors import InputError
from myotis.exchange.reading import open_table
from myotis.exchange.tables import stack
from myotis.exchange.writing import write_table

FRAME = pl.DataFrame(
    {"subject": ["S1", 'a "b", c'], "tis": [20.0, None], "x": [0.1 + 0.2, float("nan")], "n": [1, None]}
)


class StoppedError(Exception):
    pass


def stop_writing(path: Path) -> None:
    with write_table(path) as writer:
        writer.write(FRAME)
        raise StoppedError


def test_text_has_shortest_numbers_and_empty_nulls(tmp_path: Path) -> None:
    with write_table(tmp_path / "out.csv") as writer:
        writer.write(FRAME)
        writer.write(FRAME.head(1))
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines == ["subject,tis,x,n", "S1,20,0.30000000000000004,1", '"a ""b"", c",,,', "S1,20,0.30000000000000004,1"]


def test_tsv(tmp_path: Path) -> None:
    with write_table(tmp_path / "out.tsv") as writer:
        writer.write(FRAME.select("tis", "n"))
    assert (tmp_path / "out.tsv").read_text() == "tis\tn\n20\t1\n\t\n"


def test_parquet_in_parts(tmp_path: Path) -> None:
    with write_table(tmp_path / "out.parquet") as writer:
        writer.write(pl.DataFrame({"subject": ["S1"], "tis": [None]}))
        writer.write(FRAME.select("subject", "tis"))
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert written.rows() == [("S1", None), ("S1", 20.0), ('a "b", c', None)]


def test_transport_file(tmp_path: Path) -> None:
    with write_table(tmp_path / "adtis.xpt") as writer:
        writer.write(FRAME.select("subject", "tis"))
        writer.write(FRAME.select("subject", "tis"))
    frame = stack(list(open_table(tmp_path / "adtis.xpt").batches(10)))
    assert frame.rows() == FRAME.select("subject", "tis").rows() * 2


def test_transport_files_have_short_names_and_texts(tmp_path: Path) -> None:
    frame = pl.DataFrame({"physician_global": [1.0], "2nd": [2.0], "text": ["é" * 101]})
    with pytest.raises(InputError) as caught, write_table(tmp_path / "out.xpt") as writer:
        writer.write(frame)
    assert [fault.column for fault in caught.value.faults] == ["physician_global", "2nd", "text"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.csv", "out.tsv", "out.parquet", "out.xpt"])
def test_after_an_exception_everything_is_as_it_was(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"before")
    with pytest.raises(StoppedError):
        stop_writing(tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"before"
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.xpt"])
def test_an_existing_output_is_replaced_and_keeps_its_permissions(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"before")
    path.chmod(0o640)
    with write_table(path) as writer:
        writer.write(FRAME.select("subject", "n"))
    assert path.read_bytes() != b"before"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == [name]


def test_a_link_keeps_pointing_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("before")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    with write_table(tmp_path / "link.csv") as writer:
        writer.write(FRAME.select("n"))
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("n\n")


def test_outputs_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name in ("out.sas7bdat", "out", "nowhere/out.csv", "folder.csv"):
        with pytest.raises(InputError), write_table(tmp_path / name) as writer:
            writer.write(FRAME)
    assert os.listdir(tmp_path) == ["folder.csv"]


def test_standard_output_gets_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", output)
    with pytest.raises(StoppedError):
        stop_writing(Path("-"))
    assert output.buffer.getvalue() == b""
    with write_table(Path("-")) as writer:
        writer.write(FRAME.select("tis"))
    assert output.buffer.getvalue() == b"tis\n20\n\n"


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.xpt"])
def test_a_column_that_the_format_cannot_hold_is_named(tmp_path, name):
    with (
        pytest.raises(InputError, match="can't be written in this format") as caught,
        write_table(tmp_path / name) as writer,
    ):
        writer.write(pl.DataFrame({"n": [1], "doses": [[1, 2]], "raw": [b"x"]}))
    assert [fault.column for fault in caught.value.faults] == ["doses", "raw"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.xpt"])
def test_a_full_disk_is_a_fault_and_leaves_what_there_was(tmp_path, name):
    resource = pytest.importorskip("resource")
    (tmp_path / name).write_text("before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, before[1]))
    try:
        with pytest.raises(InputError, match="can't be written"), write_table(tmp_path / name) as writer:
            writer.write(pl.DataFrame({"x": range(100_000)}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]
