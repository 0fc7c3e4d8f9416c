import pytest

from myotis.analyze.trial import analyze_trial
from myotis.datasets.adam import ADCSM, ADSL, ADTIS
from myotis.datasets.live_differences import LIVE_DIFFERENCES
from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.report.html import render_report

TRIAL = read_trial("proderm")
NOBODY = analyze_trial({table.name: table.empty() for table in (ADSL, ADTIS, ADCSM)}, TRIAL)
ROW = {
    "STUDYID": "ProDERM", "USUBJID": "ProDERM-101-0001", "AVISITN": 8, "LIVEWHAT": "deterioration",
    "LIVEANS": "confirmed", "ANALYSIS": "not_evaluable", "WHY": "INPUTS CHANGED",
    "LIVEDTC": "2024-03-04T08:00:00.000000+00:00", "LIVEENT": 41,
}  # fmt: skip


def render(rows):
    return render_report(NOBODY, TRIAL, live_differences=LIVE_DIFFERENCES.build(rows))


def test_the_listing_says_what_was_told_and_what_is_found_and_why():
    page = render([ROW])
    for text in (
        "ProDERM-101-0001",
        "Week 8",
        "confirmed",
        "2024-03-04",
        "not evaluable",
        "corrected, added or signed",
    ):
        assert text in page


def test_a_trial_without_differences_says_so():
    assert "is what the analysis finds" in render([])


def test_the_report_has_no_such_section_unless_it_is_asked_for():
    assert "What was told" not in render_report(NOBODY, TRIAL)


def test_a_frame_of_another_kind_is_refused():
    with pytest.raises(InputError, match="LIVEDIFF"):
        render_report(NOBODY, TRIAL, live_differences=LIVE_DIFFERENCES.build([ROW]).drop("WHY"))
