"""A folder of datasets: one Parquet file each, named after the dataset."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from myotis.errors import Fault, InputError
from myotis.exchange.temporary import temporary_folder
from myotis.exchange.writing import telling_failures, write_table


def read_datasets(folder: Path) -> dict[str, pl.DataFrame]:
    """Every Parquet file of a folder by its name in capitals. Raises InputError with everything that can't be read."""
    files = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    if not files:
        what = "the folder has no datasets" if folder.is_dir() else "there is no such folder"
        raise InputError([Fault(file=str(folder), what=what, expected="a folder with a Parquet file for each dataset")])
    datasets: dict[str, pl.DataFrame] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            datasets[file.stem.upper()] = pl.read_parquet(file)  # a dataset without rows is one too
        except (pl.exceptions.PolarsError, OSError):
            faults.append(Fault(file=str(file), what="the file can't be read as Parquet", expected="a dataset"))
    if faults:
        raise InputError(faults)
    return datasets


def read_dataset(file: Path) -> pl.DataFrame:
    """One dataset from its Parquet file. Raises InputError where it can't be read."""
    try:
        return pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        fault = Fault(file=str(file), what="the file can't be read as Parquet", expected="a dataset")
        raise InputError([fault]) from error


def write_datasets(folder: Path, datasets: Mapping[str, pl.DataFrame]) -> None:
    """Write each dataset as a Parquet file of its name in small letters; the folder is made where it is missing.

    The files appear only when all of them have been written, so that a full disk leaves no mixture of new and old
    ones. Raises InputError where the folder can't be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder can't be made ({error.strerror})"
        raise InputError([Fault(file=str(folder), what=what, expected="a folder one may write to")]) from error
    with telling_failures(folder), temporary_folder(".myotis-", folder) as waiting:
        written = [waiting / f"{name.lower()}.parquet" for name in datasets]
        for file, frame in zip(written, datasets.values(), strict=True):
            try:
                with write_table(file) as writer:
                    writer.write(frame)
            except InputError as error:
                raise InputError(fault.inside(str(folder / file.name)) for fault in error.faults) from error
        for file in written:
            file.replace(folder / file.name)
