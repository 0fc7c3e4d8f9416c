"""Every format that is read, and what is said of files that can't be."""

from datetime import date
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from myotis.errors import InputError
from myotis.exchange.reading import open_table
from myotis.exchange.tables import stack

FRAME = pl.DataFrame({"subject": ["S1", None, "S3"], "haq": [1.5, 0.1, None], "day": [date(2024, 2, 29), None, None]})


def fault_of(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        list(open_table(path).batches(10))
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    return fault.what


def test_parquet_keeps_types(tmp_path: Path) -> None:
    path = tmp_path / "visits.PARQUET"
    FRAME.write_parquet(path)
    source = open_table(path)
    assert source.columns == ("subject", "haq", "day")
    frames = list(source.batches(2))
    assert [len(frame) for frame in frames] == [2, 1]
    assert stack(frames).equals(FRAME)
    assert next(source.batches(10, ("haq",))).columns == ["haq"]


def test_transport_files_in_batches(tmp_path: Path) -> None:
    path = tmp_path / "visits.xpt"
    pyreadstat.write_xport(FRAME, str(path), file_format_version=5, variable_format={"day": "DATE9."})
    source = open_table(path)
    assert source.columns == ("subject", "haq", "day")
    frames = list(source.batches(2))
    assert [len(frame) for frame in frames] == [2, 1]
    assert stack(frames).rows() == FRAME.rows()
    assert next(source.batches(1, ("haq", "subject"))).rows() == [(1.5, "S1")]


def test_no_such_file(tmp_path: Path) -> None:
    assert fault_of(tmp_path / "nothing.csv") == "there is no such file"
    assert fault_of(tmp_path) == "this is no file"


def test_unknown_extensions(tmp_path: Path) -> None:
    for name, what in {"visits.xlsx": "the extension .xlsx is unknown", "visits": "the file has no extension"}.items():
        (tmp_path / name).write_bytes(b"a,b\n1,2\n")
        assert fault_of(tmp_path / name) == what


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("visits.parquet", "the file can't be read as Parquet"),
        ("visits.xpt", "the file can't be read as XPT"),
        ("visits.sas7bdat", "the file can't be read as SAS7BDAT"),
    ],
)
@pytest.mark.parametrize("content", [b"", b"hello" * 100])
def test_corrupt_files(tmp_path: Path, name: str, what: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert fault_of(tmp_path / name) == what


def test_a_truncated_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    FRAME.write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    assert fault_of(path) == "the file can't be read as Parquet"


def test_tables_without_rows(tmp_path: Path) -> None:
    FRAME.clear().write_parquet(tmp_path / "visits.parquet")
    assert fault_of(tmp_path / "visits.parquet") == "the file has no rows"
    pyreadstat.write_xport(FRAME.clear(), str(tmp_path / "visits.xpt"), file_format_version=5)
    assert fault_of(tmp_path / "visits.xpt") == "the file has no rows"
