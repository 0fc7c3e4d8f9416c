"""SE with treatments: the elements that subjects were in, once it is known what was given."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final

import polars as pl

from myotis.datasets.sdtm_conduct import SE
from myotis.protocol.trial import Trial

CODE_LENGTH: Final = 8
"""Of an element code (ETCD)."""

Row = dict[str, Any]


def derive_se(se: pl.DataFrame, ex: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """SE from that of a blinded snapshot and EX: an element begins with the first dose of a treatment, in each epoch.

    Elements before the first dose stay as they are. An element ends where the next one begins; the last one has no
    end where the blinded one had none. Codes are made of the position of the epoch and the treatment's.
    """
    epochs = {epoch.label: position for position, epoch in enumerate(trial.epochs)}
    doses = {subject: rows.to_dicts() for (subject,), rows in ex.sort("EXSTDTC", "EXSEQ").group_by("USUBJID")}
    rows: list[Row] = []
    for (subject,), elements in se.sort("USUBJID", "SESEQ").group_by("USUBJID", maintain_order=True):
        begun = list(_split(elements.to_dicts(), doses.get(subject, []), trial, epochs))
        ends = [row["SESTDTC"] for row in begun[1:]] + [begun[-1]["SEENDTC"]]
        rows += [
            row | {"SESEQ": number, "SEENDTC": end}
            for number, (row, end) in enumerate(zip(begun, ends, strict=True), 1)
        ]
    return SE.build(rows)


def _split(elements: list[Row], doses: list[Row], trial: Trial, epochs: Mapping[str, int]) -> Iterator[Row]:
    """The elements in their order; one with doses becomes one for each run of a treatment."""
    treatments = {treatment.label: position for position, treatment in enumerate(trial.treatments, 1)}
    for element in elements:
        ends = element["SEENDTC"]
        inside = [
            dose for dose in doses
            if element["SESTDTC"] <= dose["EXSTDTC"] and (ends is None or dose["EXSTDTC"] < ends)
        ]  # fmt: skip
        if not inside:
            yield element
        for position, (treatment, run) in enumerate(groupby(inside, key=lambda dose: dose["EXTRT"])):
            begin = element["SESTDTC"] if position == 0 else next(iter(run))["EXSTDTC"]
            code = f"E{epochs.get(element['EPOCH'], 0)}TRT{treatments.get(treatment, 0)}"[:CODE_LENGTH]
            yield element | {"ETCD": code, "ELEMENT": f"{element['EPOCH']}: {treatment}", "SESTDTC": begin}
