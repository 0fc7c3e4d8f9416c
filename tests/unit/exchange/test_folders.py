import polars as pl
import pytest

from myotis.errors import InputError
from myotis.exchange.folders import read_datasets, write_datasets

ADSL = pl.DataFrame({"USUBJID": ["S-1"], "AGE": [50]})


def test_what_was_written_is_read_again(tmp_path):
    write_datasets(tmp_path / "new" / "folder", {"ADSL": ADSL, "DM": ADSL.head(1)})
    read = read_datasets(tmp_path / "new" / "folder")
    assert sorted(read) == ["ADSL", "DM"]
    assert read["ADSL"].equals(ADSL)


@pytest.mark.parametrize(("name", "message"), [("", "has no datasets"), ("absent", "there is no such folder")])
def test_a_folder_without_datasets_is_a_fault(tmp_path, name, message):
    with pytest.raises(InputError, match=message):
        read_datasets(tmp_path / name)


def test_every_broken_file_is_named(tmp_path):
    for name in ("adsl", "dm"):
        (tmp_path / f"{name}.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError) as caught:
        read_datasets(tmp_path)
    assert len(caught.value.faults) == 2


def test_a_folder_that_is_a_file_is_a_fault(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="can't be made"):
        write_datasets(tmp_path / "file", {"ADSL": ADSL})


def test_all_files_appear_or_none(tmp_path):
    write_datasets(tmp_path, {"ADSL": ADSL, "DM": ADSL})
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    long = pl.DataFrame({"x": range(100_000)})
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(InputError, match="can't be written") as caught:
            write_datasets(tmp_path, {"ADSL": ADSL.head(0), "DM": long})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [fault.file for fault in caught.value.faults] == [str(tmp_path / "dm.parquet")]
    assert {file.name for file in tmp_path.iterdir()} == {"adsl.parquet", "dm.parquet"}
    assert all(frame.equals(ADSL) for frame in read_datasets(tmp_path).values())
