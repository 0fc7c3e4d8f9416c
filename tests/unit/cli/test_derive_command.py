import polars as pl
import pytest
from tiny_snapshot import build_tiny_snapshot

from myotis.cli.derive import derive
from myotis.derive.datasets import derive_datasets
from myotis.errors import InputError
from myotis.protocol.read import read_trial

SNAPSHOT = build_tiny_snapshot()


def write(folder, tables):
    folder.mkdir()
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name.lower()}.parquet")
    return folder


def test_a_snapshot_becomes_its_analysis_datasets(tmp_path, capsys):
    out = tmp_path / "out"
    derive(write(tmp_path / "in", SNAPSHOT), out)
    expected = derive_datasets(SNAPSHOT, read_trial("proderm"))
    names = ["adae.parquet", "adcsm.parquet", "adex.parquet", "adsl.parquet", "adtis.parquet"]
    assert sorted(file.name for file in out.iterdir()) == names
    for name, frame in expected.items():
        assert pl.read_parquet(out / f"{name.lower()}.parquet").equals(frame)
    assert capsys.readouterr().out.splitlines()[0] == "ADSL: 4 rows"


def test_a_broken_snapshot_is_refused_whole(tmp_path):
    broken = {name: frame for name, frame in SNAPSHOT.items() if name != "EX"}
    broken["DM"] = SNAPSHOT["DM"].with_columns(pl.lit("X").alias("SEX"), pl.lit(-1, dtype=pl.Int64).alias("AGE"))
    with pytest.raises(InputError) as error:
        derive(write(tmp_path / "in", broken), tmp_path / "out")
    found = {(fault.file, fault.column) for fault in error.value.faults}
    assert found == {("EX", ""), ("DM", "AGE"), ("DM", "SEX")}
    assert not (tmp_path / "out").exists()
