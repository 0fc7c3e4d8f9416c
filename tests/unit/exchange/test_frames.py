import pandas as pd
import polars as pl
import pytest

from myotis.exchange.frames import as_frame

EXPECTED = pl.DataFrame({"subject": ["S1", None], "mmt8": [130.0, None], "haq": [1.5, 1.0]})


def test_a_pandas_frame_loses_its_ways_to_say_missing():
    table = pd.DataFrame({"subject": ["S1", None], "mmt8": [130, float("nan")], "haq": [1.5, 1.0]})
    assert as_frame(table).equals(EXPECTED)


def test_a_mapping_and_a_polars_frame_are_taken_as_they_are():
    assert as_frame({"subject": ["S1", None], "mmt8": [130.0, None], "haq": [1.5, 1.0]}).equals(EXPECTED)
    assert as_frame(EXPECTED) is EXPECTED


def test_an_arrow_like_table_is_taken_by_its_columns():
    class Arrow:
        def to_pydict(self):
            return {"subject": ["S1", None], "mmt8": [130.0, None], "haq": [1.5, 1.0]}

    assert as_frame(Arrow()).equals(EXPECTED)


def test_what_is_no_table_is_refused():
    with pytest.raises(TypeError, match="a table is expected"):
        as_frame([1, 2])
