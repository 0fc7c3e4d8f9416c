import pytest
from adam_frames import draw_datasets
from polars.testing import assert_frame_equal

from myotis.analyze.results_file import read_results, write_results
from myotis.analyze.trial import analyze_trial
from myotis.errors import InputError
from myotis.protocol.read import read_trial


@pytest.mark.parametrize("name", ["results.parquet", "results.csv", "results.tsv"])
def test_results_come_back_as_they_were(tmp_path, name):
    results = analyze_trial(draw_datasets(1, n=20), read_trial("proderm"))
    write_results(tmp_path / name, results)
    assert_frame_equal(read_results(tmp_path / name), results, check_exact=True)


def test_a_file_that_holds_something_else_is_refused(tmp_path):
    (tmp_path / "other.csv").write_text("subject,visit\nS01,0\n")
    with pytest.raises(InputError) as error:
        read_results(tmp_path / "other.csv")
    assert "statistic" in {fault.column for fault in error.value.faults}


def test_a_value_of_another_type_is_refused(tmp_path):
    results = analyze_trial(draw_datasets(1, n=20), read_trial("proderm"))
    write_results(tmp_path / "results.csv", results)
    text = (tmp_path / "results.csv").read_text().replace(",count,", ",count,x", 1)
    (tmp_path / "results.csv").write_text(text)
    with pytest.raises(InputError) as error:
        read_results(tmp_path / "results.csv")
    assert [fault.column for fault in error.value.faults] == ["value"]
