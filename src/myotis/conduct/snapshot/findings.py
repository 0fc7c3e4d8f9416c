"""The tables of findings: what was measured at visits (VS, QS, MK, RS, LB)."""

from collections.abc import Iterator
from typing import Any, Final

from myotis.conduct.acts.visits.record_assessment import ULN
from myotis.conduct.snapshot.subjects import VisitNumbers
from myotis.conduct.study import Form, SubjectFile
from myotis.datasets.sdtm import SF36, WEIGHT, find_test, name_sf36
from myotis.protocol.trial import Trial

Row = dict[str, Any]

ASSESSMENTS: Final = ("core_set", "cdasi", "enzymes")


def list_findings(subject: SubjectFile, trial: Trial, visits: VisitNumbers) -> Iterator[tuple[str, Row]]:
    """The domain and the row of each finding of a subject."""
    for kind in ASSESSMENTS:
        for form in _in_order(subject, kind, visits):
            for name, result in form.items.items():
                if not name.endswith(ULN):
                    test = find_test(name)
                    row = _row(test.domain, test.testcd, test.test, test.category, result, test.unit, form, visits)
                    limit = form.items.get(name + ULN)
                    yield test.domain, row | ({f"{test.domain}ORNRHI": limit} if limit else {})
    for form in _in_order(subject, "sf36", visits):
        for name, score in form.items.items():
            label = f"SF-36v2 {SF36[name]}"
            yield "QS", _row("QS", name_sf36(name), label, "SF-36V2", score, None, form, visits)
    for form in _in_order(subject, "weight", visits):
        if "weight_kg" in form.items:
            yield "VS", _row("VS", WEIGHT, "Weight", None, form.items["weight_kg"], "kg", form, visits)
    analytes = {analyte.id: analyte for analyte in (trial.conduct.analytes if trial.conduct else ())}
    for form in _in_order(subject, "result", visits):
        found = analytes.get(form.key.which[-1])
        if found:
            code = found.id.upper()[:8]
            yield "LB", _row("LB", code, found.label, "SAFETY", form.items.get("value"), found.unit, form, visits)


def _in_order(subject: SubjectFile, name: str, visits: VisitNumbers) -> list[Form]:
    """The forms of a name in the order of their visits."""
    forms = [form for form in subject.all_of(name) if form.key.which[0] in visits.numbers]
    return sorted(forms, key=lambda form: (visits.numbers[form.key.which[0]][0], form.key))


def _row(
    domain: str, code: str, test: str, category: str | None, result: str | None, unit: str | None, form: Form,
    visits: VisitNumbers,
) -> Row:  # fmt: skip
    visit = form.key.which[0]
    values = {"TESTCD": code, "TEST": test, "CAT": category, "ORRES": result, "ORRESU": unit,
              "DTC": visits.dates[visit]}  # fmt: skip
    return {f"{domain}{name}": value for name, value in values.items()} | visits.at(visit)
