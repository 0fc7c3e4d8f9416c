"""Write the pages that are printed from the code, and refresh what the commands in the other pages print.

python docs/generate.py           write what has changed
python docs/generate.py --check   write nothing; end with status 1 and the names of stale pages
"""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

# The help of the command line, as it looks on a plain terminal of this width; said before its library is loaded.
os.environ |= {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "_TYPER_FORCE_DISABLE_TERMINAL": "1"}
os.environ.pop("FORCE_COLOR", None)

from _generate.acts import act_pages
from _generate.instruments import FOLDER, instrument_pages
from _generate.pharmacy_acts import pharmacy_pages
from _generate.plan_methods import plan_method_pages
from _generate.reference import reference_pages
from _generate.requirements import requirement_pages
from _generate.statistics import FOLDER as STATISTICS
from _generate.statistics import statistics_pages
from _generate.transcripts import transcript_pages
from _generate.trials import trial_pages

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def pages() -> Iterator[tuple[str, str]]:
    """Every page that is generated, wholly or in part: its path below docs, and its text."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as others:
        transcripts = transcript_pages(ROOT, others)
        yield from instrument_pages()
        yield from trial_pages()
        yield from act_pages()
        yield from pharmacy_pages()
        yield from requirement_pages(ROOT)
        yield from reference_pages()
        yield from statistics_pages()
        yield from plan_method_pages()
        yield from transcripts


def find_stale() -> dict[Path, str | None]:
    """The pages that are not what the code says, with their new text; None for a page that nothing generates now."""
    stale: dict[Path, str | None] = {}
    made = set()
    for name, text in pages():
        file = (DOCS / name).resolve()
        made.add(file)
        if not file.exists() or file.read_text("utf-8") != text:
            stale[file] = text
    generated = {*(DOCS / FOLDER).glob("*.md"), *(DOCS / STATISTICS).rglob("*.md")}
    return stale | dict.fromkeys(generated - made)


def main(arguments: list[str]) -> int:
    """Write or check the pages; the exit status."""
    stale = find_stale()
    if arguments == ["--check"]:
        for file in sorted(stale):
            sys.stderr.write(f"{file.relative_to(ROOT)} no longer agrees with the code\n")
        if stale:
            sys.stderr.write("Run `make docs` and look at what has changed.\n")
        return 1 if stale else 0
    for file, text in stale.items():
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        print(f"wrote {file.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
