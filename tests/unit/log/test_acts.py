"""An act that can't be made says where and why, and never what was typed."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.dosing.record_infusion import RecordInfusion
from myotis.conduct.acts.visits.record_weight import RecordWeight
from myotis.pharmacy.acts.report_dispensing_error import ReportDispensingError


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        (RecordWeight, {"subject": "101-001", "visit": "W0", "weight_kg": "eighty-one"}),
        (RecordWeight, {"subject": "101-001", "weight_kg": Decimal("81.5")}),
        (RecordInfusion, {"subject": "101-001", "steps": [{"rate_ml_per_min": "81.5", "minutes": -81.5}]}),
        (ReportDispensingError, {"label": "815815", "holds": "saline", "unknown": "saline"}),
    ],
)
def test_the_error_of_an_act_that_cannot_be_made_does_not_show_what_was_typed(act, fields):
    with pytest.raises(ValidationError) as raised:
        act.model_validate(fields)
    shown = str(raised.value) + repr(raised.value)
    assert act.__name__ in shown
    for typed in ("eighty", "81.5", "101-001", "saline", "815815"):
        assert typed not in shown


def test_a_correction_does_not_print_its_value():
    act = CorrectValue(subject="101-001", form="weight/W0", item="weight_kg", value="81.5", saw=1)
    assert "81.5" not in f"{act} {act!r}"
    assert act.model_dump(mode="json")["value"] == "81.5"
