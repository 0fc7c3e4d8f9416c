"""Remissions of 21 pairs of children with leukemia, the first example of every book on time to event.

The data are in Freireich EJ et al, Blood 1963;21:699-716 and in Gehan EA, Biometrika 1965;52:203-223: weeks in
remission with 6-mercaptopurine (arm 1) and placebo (arm 0). Books print the results to two to four digits.
"""

from collections.abc import Iterator

import numpy as np
from comparison import Comparison

from myotis.statistics.time_to_event.cox import fit_cox
from myotis.statistics.time_to_event.hazard_ratio import estimate_hazard_ratio
from myotis.statistics.time_to_event.kaplan_meier import estimate_survival
from myotis.statistics.time_to_event.log_rank import log_rank_test
from myotis.statistics.time_to_event.survival_quantiles import estimate_survival_quantile

DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SEEN = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TRIAL = (DRUG + PLACEBO, SEEN + [1] * 21, [1] * 21 + [0] * 21)

BOOK = "Kleinbaum DG, Klein M, Survival Analysis, Springer 2012, chapters 2 and 3"
TO_2 = {"scale": "absolute", "tolerance": 0.005, "why": "printed to two decimals"}
TO_3 = {"scale": "absolute", "tolerance": 0.0005, "why": "printed to three decimals"}


def comparisons() -> Iterator[Comparison]:
    """Curve, medians, log-rank and Gehan tests, and a Cox model by Breslow, as printed."""
    yield Comparison(
        function=estimate_survival,
        what="6-mercaptopurine, the curve and its standard errors at each event",
        source="Klein JP, Moeschberger ML, Survival Analysis, Springer 2003",
        made_by="table 4.1",
        ours=lambda: _curve(estimate_survival(DRUG, SEEN, [6, 7, 10, 13, 16, 22, 23], method="log-log", level=0.95)),
        theirs=[
            [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448],
            [0.076, 0.087, 0.096, 0.107, 0.114, 0.128, 0.135],
        ],
        **TO_3,
    )
    yield Comparison(
        function=estimate_survival_quantile,
        what="medians of 6-mercaptopurine and placebo",
        source=BOOK,
        made_by="chapter 2",
        ours=lambda: [_median(DRUG, SEEN), _median(PLACEBO, [1] * 21)],
        theirs=[23, 8],
        scale="absolute",
        tolerance=0,
        why="whole weeks",
    )
    for weight, statistic in (("log-rank", 16.79), ("gehan", 13.46)):
        yield Comparison(
            function=log_rank_test,
            what=f"{weight}, the chi-square of 6-mercaptopurine against placebo",
            source=BOOK,
            made_by="chapter 2",
            ours=lambda weight=weight: log_rank_test(*TRIAL, weight=weight).test.statistic,
            theirs=statistic,
            **TO_2,
        )
    yield Comparison(
        function=fit_cox,
        what="breslow: placebo over 6-mercaptopurine, coefficient, error and log likelihood",
        source=BOOK,
        made_by="chapter 3, model 1",
        ours=lambda: _model(fit_cox(*TRIAL[:2], 1 - np.array(TRIAL[2])[:, None], ties="breslow", level=0.95)),
        theirs=[1.509, 0.410, -86.380],
        **TO_3,
    )
    yield Comparison(
        function=estimate_hazard_ratio,
        what="breslow: placebo over 6-mercaptopurine, ratio and Wald limits",
        source=BOOK,
        made_by="chapter 3, model 1",
        ours=lambda: _ratio(
            estimate_hazard_ratio(*TRIAL[:2], 1 - np.array(TRIAL[2]), ties="breslow", method="wald", level=0.95)
        ),
        theirs=[4.523, 2.027, 10.094],
        **TO_3,
    )


def _curve(answer):
    return [answer.estimate, answer.se]


def _median(time, event):
    answer = estimate_survival_quantile(time, event, 0.5, definition="midpoint", method="log-log", level=0.95)
    return answer.estimate


def _model(model):
    return [model.coefficients[0], model.hazard_ratios.se[0], model.log_likelihood]


def _ratio(answer):
    return [answer.estimate, answer.lower, answer.upper]
