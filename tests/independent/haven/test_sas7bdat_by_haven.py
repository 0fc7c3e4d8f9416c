"""A SAS data file that other software wrote: R's haven, by the program beside it, from the documentation's example."""

from pathlib import Path

from myotis.exchange.reading import open_table
from myotis.exchange.tables import stack
from myotis.score.visits import score_visits

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[2] / "docs" / "examples" / "visits.csv"


def read(path):
    return stack(list(open_table(path).batches(5)))


def test_it_scores_as_the_text_it_was_made_from():
    scored, expected = score_visits(read(HERE / "visits.sas7bdat")), score_visits(read(EXAMPLE))
    added = expected.columns[len(read(EXAMPLE).columns) :]
    assert scored.select("subject", "visit", *added).equals(expected.select("subject", "visit", *added))
    assert scored.height == 16
