"""Files with the shares of a key."""

from collections.abc import Sequence
from pathlib import Path

from myotis.errors import Fault, InputError, SealError
from myotis.keys.escrow import Share


def read_shares(files: Sequence[Path]) -> list[Share]:
    """The shares in these files, one in each. Raises InputError with every file that holds none, and why."""
    shares, faults = [], []
    for file in files:
        try:
            shares.append(Share.parse(file.read_text("utf-8")))
        except SealError as error:
            faults.append(Fault(what=str(error), expected="the share as it was printed", file=str(file)))
        except OSError as error:
            what = f"the file can't be read ({error.strerror})"
            faults.append(Fault(what=what, expected="a file with one share", file=str(file)))
        except UnicodeDecodeError:
            faults.append(Fault(what="the file is no text", expected="a file with one share", file=str(file)))
    if faults:
        raise InputError(faults)
    return shares
