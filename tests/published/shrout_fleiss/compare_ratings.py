"""Six targets and four judges: the worked example of Shrout and Fleiss, Psychol Bull 1979;86:420-428."""

from collections.abc import Iterator

from comparison import Comparison

from myotis.statistics.agreement.intraclass_correlation import (
    IntraclassCorrelation,
    estimate_intraclass_correlation,
)

JUDGED = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
PRINTED = {
    IntraclassCorrelation.ONE_WAY_SINGLE: 0.17,
    IntraclassCorrelation.AGREEMENT_SINGLE: 0.29,
    IntraclassCorrelation.CONSISTENCY_SINGLE: 0.71,
    IntraclassCorrelation.ONE_WAY_AVERAGE: 0.44,
    IntraclassCorrelation.AGREEMENT_AVERAGE: 0.62,
    IntraclassCorrelation.CONSISTENCY_AVERAGE: 0.91,
}


def comparisons() -> Iterator[Comparison]:
    """The six estimates as printed."""
    yield Comparison(
        function=estimate_intraclass_correlation,
        what="six targets and four judges: the six estimates",
        source="Shrout and Fleiss 1979",
        made_by="table 4",
        ours=lambda: [estimate_intraclass_correlation(JUDGED, method=form, level=0.95).estimate for form in PRINTED],
        theirs=list(PRINTED.values()),
        tolerance=0.005,
        scale="absolute",
        why="two decimals are printed",
    )
