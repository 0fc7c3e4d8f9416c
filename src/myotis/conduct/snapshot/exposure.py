"""EC: what was administered, as the site knows it, and the highest rate of each infusion."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from myotis.conduct.doses import DISPENSING, INFUSION, ORDER
from myotis.conduct.snapshot.subjects import VisitNumbers
from myotis.conduct.study import Form, Study, SubjectFile
from myotis.datasets.sdtm_conduct import MASKED
from myotis.datasets.sdtm_safety import MAXIMAL_RATE
from myotis.protocol.trial import Trial

Row = dict[str, Any]

RATE_DIGITS: Final = 4
"""Of a rate in mL/kg/min."""


def list_exposure(
    study: Study, subject: SubjectFile, trial: Trial, visits: VisitNumbers
) -> list[tuple[Row, str | None]]:
    """A row for each bag in the order of time, each with its highest rate in mL/kg/min (None where none was recorded).

    Of treatment at home, a pack is given from the first to the last day that it was dispensed for.
    """
    rows = [*_list_infusions(subject, trial, visits), *_list_packs(study, subject, trial, visits)]
    return sorted(rows, key=lambda row: (row[0]["ECSTDTC"], row[0]["ECREFID"]))


def list_rates(rows: list[tuple[Row, str | None]]) -> Iterator[Row]:
    """The qualifiers of the rows that have a rate."""
    for sequence, (_, rate) in enumerate(rows, 1):
        if rate is not None:
            yield {
                "RDOMAIN": "EC", "IDVAR": "ECSEQ", "IDVARVAL": str(sequence), "QNAM": MAXIMAL_RATE,
                "QLABEL": "Highest Infusion Rate (mL/kg/min)", "QVAL": rate, "QORIG": "CRF",
            }  # fmt: skip


def _list_infusions(subject: SubjectFile, trial: Trial, visits: VisitNumbers) -> Iterator[tuple[Row, str | None]]:
    for form in subject.all_of(INFUSION):
        items = form.items
        yield (
            _row(form, trial, visits, items["label"], items["volume_ml"], items["started"], items["stopped"]),
            _find_rate(subject, form),
        )


def _list_packs(
    study: Study, subject: SubjectFile, trial: Trial, visits: VisitNumbers
) -> Iterator[tuple[Row, str | None]]:
    for form in subject.all_of(DISPENSING):
        for label in form.items["labels"]:
            volume = study.bags[label].volume_ml
            yield _row(form, trial, visits, label, volume, form.items["started"], form.items["until"]), None


def _row(
    form: Form, trial: Trial, visits: VisitNumbers, label: str, volume: str, started: str, stopped: str
) -> Row:  # fmt: skip
    visit = form.key.which[0]
    epochs = {epoch.id: epoch.label for epoch in trial.epochs}
    planned = next((v for v in trial.visits if v.id == visit), None)
    return {
        "ECREFID": label, "ECTRT": MASKED, "ECMOOD": "PERFORMED", "ECDOSE": float(volume), "ECDOSU": "mL",
        "EPOCH": epochs[planned.epoch] if planned else None, "ECSTDTC": started, "ECENDTC": stopped,
        **visits.at(visit),
    }  # fmt: skip


def _find_rate(subject: SubjectFile, form: Form) -> str | None:
    """The highest rate that was run for the weight of the order."""
    order = subject.find(ORDER, form.key.which[0])
    steps = form.items.get("steps") or ()
    if order is None or not steps:
        return None
    highest = max(Fraction(step["rate_ml_per_min"]) for step in steps) / Fraction(order.items["weight_kg"])
    return f"{round(Decimal(highest.numerator) / Decimal(highest.denominator), RATE_DIGITS).normalize():f}"
