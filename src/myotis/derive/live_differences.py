"""Live is a fact, analysis is a function: where the two differ, and why.

What the system told people is kept in LIVE and never derived anew. Here each answer of the deterioration rule, of TIS
and of response is set beside what the analysis datasets say of the same visit.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from myotis.datasets.live_differences import LIVE_DIFFERENCES
from myotis.derive.visits import score_column
from myotis.instruments.tis import PLAIN_SLOTS
from myotis.keys.canonical import digest_value
from myotis.protocol.trial import Trial
from myotis.terms.missing import MISSING

PARAMETERS: Final = {"deterioration": "DETER", "tis": "TIS", "response": "RESP"}
"""The parameter of ADTIS that answers what the system told."""

DETERIORATION: Final = "deterioration"
RESPONSE: Final = "response"
NOT_EVALUABLE: Final = "not_evaluable"
CONFIRMED: Final = "confirmed"


def derive_live_differences(
    live: pl.DataFrame, visits: pl.DataFrame, adtis: pl.DataFrame, trial: Trial
) -> pl.DataFrame:
    """LIVEDIFF from LIVE, the table of visits (``build_visits``) and ADTIS: one row a visit and answer that differs.

    An answer that was told more than once stands with the first time. That the inputs of deterioration have changed is
    found by their digest; of TIS and response, by the protocol and else taken to be the inputs. Visits before or at
    the baseline have no answer of the analysis and are left out.
    """
    known = _index(adtis)
    confirmed = _find_confirmations(known)
    baseline = trial.visit(trial.baseline_visit).number
    numbers = {visit.id: visit.number for visit in trial.visits}
    rows: dict[tuple[str, str, int, str], dict[str, Any]] = {}
    steps = _Inputs(visits, trial)
    for told in live.filter(pl.col("LIVEWHAT").is_in(list(PARAMETERS))).sort("LIVEENT").iter_rows(named=True):
        for visit, answer in _read_answers(told).items():
            number = numbers[visit]
            if number == baseline:
                continue
            found = known.get((told["USUBJID"], PARAMETERS[told["LIVEWHAT"]], number))
            key = (told["USUBJID"], told["LIVEWHAT"], number, answer)
            # Of a missed visit the analysis has no row: deterioration stays confirmed, all else can't be evaluated.
            stays = told["LIVEWHAT"] == DETERIORATION and confirmed.get(told["USUBJID"], number) < number
            if answer != (found or (CONFIRMED if stays else NOT_EVALUABLE)) and key not in rows:
                why = _explain(told, found, steps, trial)
                rows[key] = {
                    "STUDYID": told["STUDYID"], "USUBJID": told["USUBJID"], "AVISITN": number,
                    "LIVEWHAT": told["LIVEWHAT"], "LIVEANS": answer, "ANALYSIS": found, "WHY": why,
                    "LIVEDTC": told["LIVEDTC"], "LIVEENT": told["LIVEENT"],
                }  # fmt: skip
    return LIVE_DIFFERENCES.build(rows[key] for key in sorted(rows))


def _find_confirmations(known: Mapping[tuple[str, str, int], str]) -> dict[str, int]:
    """The first visit of each subject at which the analysis finds deterioration confirmed."""
    first: dict[str, int] = {}
    for (subject, parameter, visit), answer in known.items():
        if parameter == PARAMETERS[DETERIORATION] and answer == CONFIRMED:
            first[subject] = min(visit, first.get(subject, visit))
    return first


def _read_answers(told: Mapping[str, Any]) -> dict[str, str]:
    """What was told of each visit, as the analysis writes it."""
    answer = json.loads(told["LIVEANS"])
    if told["LIVEWHAT"] == RESPONSE:
        answer = {answer["visit"]: answer["response"]}
    return {visit: _write(value) for visit, value in answer.items()}


def _write(value: str | float | None) -> str:
    if value is None or value == "unknown":
        return NOT_EVALUABLE
    return value if isinstance(value, str) else f"{value:g}"


def _index(adtis: pl.DataFrame) -> dict[tuple[str, str, int], str]:
    """The answers of the analysis as text, by subject, parameter and visit."""
    answer = pl.coalesce("AVALC", pl.col("AVAL").map_elements(lambda number: f"{number:g}", return_dtype=pl.String))
    rows = adtis.select("USUBJID", "PARAMCD", "AVISITN", answer.fill_null(NOT_EVALUABLE).alias("answer"))
    return {(subject, code, number): text for subject, code, number, text in rows.iter_rows()}


def _explain(told: Mapping[str, Any], found: str | None, inputs: "_Inputs", trial: Trial) -> str:
    if found is None:
        return "NOT IN THE ANALYSIS"
    if told["LIVEDIG"] != trial.digest:
        return "OTHER PROTOCOL"
    asked = list(json.loads(told["LIVEANS"]))
    if told["LIVEWHAT"] == DETERIORATION and inputs.digest(told["USUBJID"], asked) == told["LIVEINP"]:
        return "OTHER RULE"
    return "INPUTS CHANGED"


class _Inputs:
    """What the deterioration rule is given today, as the live system wrote it down."""

    def __init__(self, visits: pl.DataFrame, trial: Trial) -> None:
        self.measures = [measure for slot in PLAIN_SLOTS if (measure := trial.tis.settings.measure(slot))]
        self.numbers = {visit.id: visit.number for visit in trial.visits}
        self.rows = {
            (row["subject"], row["visit_number"]): list(self._steps(row)) for row in visits.iter_rows(named=True)
        }

    def _steps(self, row: Mapping[str, Any]) -> Iterator[int]:
        for measure in self.measures:
            value = row.get(score_column(measure.name))
            steps, _ = measure.grid.to_steps(np.array([float("nan") if value is None else value]))
            yield int(steps[0])

    def digest(self, subject: str, visits: list[str]) -> str:
        nothing = [MISSING] * len(self.measures)
        steps = [self.rows.get((subject, self.numbers[visit]), nothing) for visit in visits]
        return digest_value({"visits": visits, "steps": steps})
