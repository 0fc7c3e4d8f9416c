"""Tables read in batches, in the format that the extension of the file names."""

from pathlib import Path

from myotis.errors import Fault, InputError
from myotis.exchange.csv import CsvSource
from myotis.exchange.parquet import ParquetSource
from myotis.exchange.sas import SasSource
from myotis.exchange.tables import SEPARATORS, TableSource, unknown_extension

READABLE = (".csv", ".tsv", ".parquet", ".xpt", ".sas7bdat")


def open_table(path: Path) -> TableSource:
    """Open a table by its extension: .csv, .tsv, .parquet, .xpt or .sas7bdat.

    The columns of text files are text exactly as written (so that decimals stay exact) and an empty field is
    null; the other formats keep their own types. Raises InputError where there is no such file, where it is
    empty or has a heading only, where a column has no name or a name twice, and where it is not what its
    extension says.
    """
    if not path.is_file():
        what = "this is no file" if path.exists() else "there is no such file"
        raise InputError([Fault(what=what, expected="a table in " + ", ".join(READABLE), file=str(path))])
    extension = path.suffix.lower()
    source: TableSource
    match extension:
        case ".csv" | ".tsv":
            source = CsvSource(path, SEPARATORS[extension])
        case ".parquet":
            source = ParquetSource(path)
        case ".xpt" | ".sas7bdat":
            source = SasSource(path)
        case _:
            raise InputError([unknown_extension(path, READABLE)])
    return source
