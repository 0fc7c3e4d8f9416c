"""The tables of what happened to subjects: AE with its qualifiers, CM, MH, DV."""

from collections.abc import Iterator
from typing import Any, Final

from myotis.conduct.adverse_events import ADJUDICATION, FORM, JUDGMENT
from myotis.conduct.snapshot.subjects import VisitNumbers
from myotis.conduct.study import DEVIATION, TAKEN_OUT, WITHDRAWN, Form, SubjectFile
from myotis.datasets.sdtm_safety import RELATED

Row = dict[str, Any]

DATE_LENGTH: Final = 10
"""Of a date and time in ISO 8601, its date."""


def list_adverse_events(subject: SubjectFile) -> Iterator[Row]:
    """A row for each adverse event, as its last version has it; causality is the investigator's."""
    for form in subject.all_of(FORM):
        items = form.items
        yield {
            "AETERM": items.get("term", TAKEN_OUT),
            "AESEV": items["severity"].upper(), "AESER": "Y" if items["serious"] else "N",
            "AEREL": RELATED if items["causality"] == "related" else f"NOT {RELATED}", "AEACN": items["action_taken"],
            "AEOUT": items["outcome"], "AESTDTC": items["started"][:DATE_LENGTH],
            "AEENDTC": items["stopped"][:DATE_LENGTH] if items.get("stopped") else None,
        }  # fmt: skip


def list_event_qualifiers(subject: SubjectFile) -> Iterator[Row]:
    """What else is known of an adverse event: its kind, the sponsor's judgment, the committee's answer."""
    for sequence, form in enumerate(subject.all_of(FORM), 1):
        number = form.key.which[0]
        judged, adjudicated = subject.find(JUDGMENT, number), subject.find(ADJUDICATION, number)
        values = {
            "AESI": ("Special Interest", form.items.get("special_interest")),
            "AESERCR": ("Criteria of Seriousness", " ".join(form.items.get("criteria") or ()) or None),
            "AESPREL": ("Causality by the Sponsor", _upper(judged, "causality")),
            "AEEXPECT": ("Expectedness", _upper(judged, "expectedness")),
            "AEADJ": ("Confirmed by the Committee", _yes_no(adjudicated)),
        }
        for name, (label, value) in values.items():
            if value:
                yield {
                    "RDOMAIN": "AE", "IDVAR": "AESEQ", "IDVARVAL": str(sequence), "QNAM": name, "QLABEL": label,
                    "QVAL": value, "QORIG": "CRF",
                }  # fmt: skip


def list_medications(subject: SubjectFile) -> Iterator[Row]:
    """A row for each drug beside the treatment of the trial."""
    for form in subject.all_of("medication"):
        items = form.items
        dose = " ".join(str(part) for part in (items.get("dose"), items.get("frequency")) if part)
        yield {
            "CMTRT": items.get("drug", TAKEN_OUT),
            "CMCAT": items["purpose"].replace("_", " ").upper(), "CMDOSTXT": dose or None,
            "CMDOSU": items.get("unit"), "CMINDC": items.get("indication"), "CMSTDTC": items.get("started"),
            "CMENDTC": items.get("stopped"),
        }  # fmt: skip


def list_history(subject: SubjectFile) -> Iterator[Row]:
    """A row for each disease or procedure of the past."""
    for form in subject.all_of("history"):
        items = form.items
        yield {"MHTERM": items.get("term", TAKEN_OUT), "MHSTDTC": items.get("started"), "MHENDTC": items.get("stopped")}


def list_deviations(subject: SubjectFile, visits: VisitNumbers) -> Iterator[Row]:
    """A row for each protocol deviation that stands, the system's own among them."""
    for form in subject.all_of(DEVIATION):
        if not form.items.get(WITHDRAWN):
            category = form.items["category"]
            visit = form.items.get("visit")
            yield {
                "DVTERM": category.replace("_", " ").capitalize(), "DVDECOD": category.upper(),
                "DVCAT": "IMPORTANT" if form.items["important"] else "NOT IMPORTANT",
                "DVSTDTC": form.items.get("day") or form.occurred[:DATE_LENGTH],
                **(visits.at(visit) if visit in visits.numbers else {}),
            }  # fmt: skip


def _upper(form: Form | None, item: str) -> str | None:
    return str(form.items[item]).replace("_", " ").upper() if form else None


def _yes_no(form: Form | None) -> str | None:
    return None if form is None else "Y" if form.items["confirmed"] else "N"
