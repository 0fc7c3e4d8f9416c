import pytest

from myotis.errors import Fault, InputError, MyotisError, SettingError, StatisticsError

WHOLE = Fault(
    what="the number is too high", expected="a number from 0 to 10 cm", remedy="Millimeters are read as haq_mm",
    file="visits.csv", row=7, key="subject=S01 visit=4", column="physician_global",
)  # fmt: skip


def test_a_fault_says_where_what_expected_and_what_to_do():
    assert str(WHOLE) == (
        "visits.csv, row 7, subject=S01 visit=4, column physician_global: the number is too high; "
        "expected a number from 0 to 10 cm. Millimeters are read as haq_mm"
    )


def test_a_fault_says_no_more_than_it_knows():
    assert str(Fault(what="the file is empty", expected="a heading")) == "the file is empty; expected a heading"
    assert str(Fault(what="absent", expected="the column", column="haq")) == "column haq: absent; expected the column"


def test_a_fault_can_be_said_of_its_file():
    fault = Fault(what="absent", expected="the column", column="haq")
    assert str(fault.inside("v.csv")) == "v.csv, column haq: absent; expected the column"
    assert fault.file is None


def test_an_input_error_holds_every_fault():
    faults = [WHOLE, Fault(what="the file is empty", expected="a heading")]
    error = InputError(fault for fault in faults)
    assert error.faults == tuple(faults)
    assert str(error).splitlines() == [str(fault) for fault in faults]


@pytest.mark.parametrize("kind", [InputError, SettingError, StatisticsError])
def test_errors_on_purpose_have_one_base(kind):
    assert issubclass(kind, MyotisError)
