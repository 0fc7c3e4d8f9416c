"""The folder of a simulation: a file for every chunk that is finished, so that nothing is computed twice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from myotis.errors import Fault, InputError
from myotis.exchange.writing import telling_failures
from myotis.simulate.simulation import Simulation
from myotis.terms.compiled import PACKAGE, digest_sources

MANIFEST: Final = "simulation.json"


class ChunkStore:
    """Files of chunks below a folder. A file is there wholly or not at all."""

    def __init__(self, folder: Path, simulation: Simulation) -> None:
        self.folder = folder
        manifest = folder / MANIFEST
        if manifest.exists():
            self._check(manifest, simulation)
            return
        with telling_failures(folder):
            folder.mkdir(parents=True, exist_ok=True)
            told = {"digest": simulation.digest, "seed": simulation.seed, "sources": digest_sources(PACKAGE)}
            manifest.write_text(json.dumps(told, indent=1) + "\n")

    def _check(self, manifest: Path, simulation: Simulation) -> None:
        try:
            found = json.loads(manifest.read_text("utf-8"))
            digest, sources = found["digest"], found.get("sources")
        except (OSError, ValueError, KeyError, TypeError) as error:
            fault = Fault(file=str(manifest), what="the file can't be read", expected="what a simulation wrote")
            raise InputError([fault]) from error
        if digest != simulation.digest:
            what = "the folder holds another simulation: of another protocol, course, design, analysis or seed"
            remedy = "Name another --out, or empty the folder."
            raise InputError([Fault(file=str(self.folder), what=what, expected="this simulation", remedy=remedy)])
        if sources != digest_sources(PACKAGE):  # other sources may draw and decide otherwise: their trials don't mix
            what = "the folder was begun by another version of Myotis"
            remedy = "Go on with that one, name another --out, or empty the folder."
            raise InputError([Fault(file=str(self.folder), what=what, expected="the same sources", remedy=remedy)])

    def find(self, kind: str, scenario: int, number: int) -> Path:
        """The file of a chunk."""
        return self.folder / f"{kind}-{scenario:03d}-{number:06d}.parquet"

    def has(self, kind: str, scenario: int, number: int) -> bool:
        """Is the chunk finished?"""
        return self.find(kind, scenario, number).exists()

    def write(self, kind: str, scenario: int, number: int, table: pl.DataFrame) -> None:
        """Keep a chunk."""
        path = self.find(kind, scenario, number)
        waiting = path.with_suffix(".waiting")
        with telling_failures(self.folder):
            table.write_parquet(waiting)
            waiting.replace(path)

    def read(self, kind: str, scenario: int, numbers: int) -> pl.LazyFrame:
        """The chunks of a scenario from the first one on, in their order."""
        return pl.scan_parquet([self.find(kind, scenario, number) for number in range(numbers)])

    def forget(self, is_wanted: Callable[[Path], bool]) -> None:
        """Remove the chunks that are not wanted."""
        for path in self.folder.glob("*-*.parquet"):
            if not is_wanted(path):
                path.unlink()
