"""Time to event: against R's survival, survRM2 and cmprsk. The numbers and the program that made them lie here.

Two data sets: a trial with many ties, and a small one with events at time 0, three strata and a curve that falls to 0.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.time_to_event.cox import fit_cox
from myotis.statistics.time_to_event.cumulative_incidence import estimate_cumulative_incidence
from myotis.statistics.time_to_event.gray import gray_test
from myotis.statistics.time_to_event.hazard_ratio import estimate_hazard_ratio
from myotis.statistics.time_to_event.kaplan_meier import count_at_risk, estimate_survival, fit_kaplan_meier
from myotis.statistics.time_to_event.log_rank import log_rank_test
from myotis.statistics.time_to_event.restricted_mean import (
    estimate_difference_of_restricted_means,
    estimate_ratio_of_restricted_means,
    estimate_restricted_mean,
    restricted_mean_test,
)
from myotis.statistics.time_to_event.survival_quantiles import estimate_survival_quantile

FOLDER = Path(__file__).parent
RECORDED = json.loads((FOLDER / "time_to_event.json").read_text(encoding="utf-8"))
TRIAL = np.genfromtxt(FOLDER / "time_to_event.csv", delimiter=",", names=True, encoding="utf-8")
DATA = {"trial": TRIAL, "small": {name: np.array(column) for name, column in RECORDED["small"].items()}}
ARMS = np.array([[0], [1]])

MADE_BY = "tests/independent/r/time_to_event.R"
SURVIVAL = f"R 4.2.2, survival {RECORDED['versions']['survival']}"
CLOSED = "both are closed forms"
ITERATED = "both iterate to the last digits; R was asked to (eps = 1e-15)"
RECORD = {"made_by": MADE_BY, "source": SURVIVAL, "scale": "absolute"}
EXACT = {**RECORD, "tolerance": 1e-12, "why": CLOSED}


def comparisons() -> Iterator[Comparison]:
    """Curves and quantiles on five scales; tests; Cox models with three treatments of ties; means; incidence."""
    yield from _curves()
    yield from _log_rank_tests()
    yield from _cox_models()
    yield from _restricted_means()
    yield from _incidence()
    yield from _gray_tests()


def _curves():
    for name, methods in RECORDED["kaplan_meier"].items():
        for method, theirs in methods.items():
            asked = {"method": method, "level": 0.95}
            yield Comparison(
                function=estimate_survival,
                what=f"{method}, {name}, two arms at three times",
                ours=lambda name=name, theirs=theirs, asked=asked: _survival(
                    estimate_survival(*_by_arm(name), theirs["at"], **asked)
                ),
                theirs=[theirs["survival"], theirs["se"], *theirs["limits"]],
                **EXACT,
            )
            yield Comparison(
                function=estimate_survival_quantile,
                what=f"{method}, {name}, quartiles of two arms, NA of R as not reached",
                ours=lambda name=name, asked=asked: _quartiles(name, asked),
                theirs=[_reached(theirs[part]) for part in ("quantiles", "lower", "upper")],
                **{**EXACT, "tolerance": 0, "why": "a quantile is one of the times, or the middle of two whole ones"},
            )
    curve = RECORDED["curve"]
    yield Comparison(
        function=fit_kaplan_meier,
        what="log-log, the whole curve of an arm",
        ours=lambda: _whole_curve(fit_kaplan_meier(*_of_arm_1(), method="log-log", level=0.95)),
        theirs=[curve[part] for part in ("time", "n.risk", "n.event", "n.censor", "surv", "lower", "upper")],
        **EXACT,
    )
    yield Comparison(
        function=count_at_risk,
        what="two arms at four times",
        ours=lambda: count_at_risk(_by_arm("trial")[0], [0, 29, 60, 112]).ravel(),
        theirs=RECORDED["at_risk"],
        **{**EXACT, "tolerance": 0, "why": "whole numbers"},
    )


def _log_rank_tests():
    calls = {
        "arms": ("arm", "log-rank", False),
        "stratified": ("arm", "log-rank", True),
        "three_groups": ("severity", "log-rank", False),
        "rho1": ("arm", "fleming-harrington-1", False),
        "rho1_stratified": ("arm", "fleming-harrington-1", True),
    }
    for name, data in DATA.items():
        for what, (group, weight, is_stratified) in calls.items():
            theirs = RECORDED["log_rank"][name][what]
            strata = {"stratum": data["severity"]} if is_stratified else {}
            yield Comparison(
                function=log_rank_test,
                what=f"{what}, {name}: statistic, p-value, observed, expected",
                ours=lambda data=data, group=group, weight=weight, strata=strata: _log_rank(
                    log_rank_test(data["time"], data["event"], data[group], weight=weight, **strata)
                ),
                theirs=[theirs["chisq"], theirs["p"], *theirs["observed"], *theirs["expected"]],
                **{**EXACT, "scale": "relative", "tolerance": 1e-11, "why": "sums of some hundred fractions"},
            )


def _cox_models():
    small = DATA["small"]
    layers = np.stack([TRIAL["arm"], TRIAL["severity"] == 2, TRIAL["severity"] == 3], axis=1)
    models = {
        "arm": (TRIAL, TRIAL["arm"][:, None], 0),
        "stratified": (TRIAL, TRIAL["arm"][:, None], TRIAL["severity"]),
        "adjusted": (TRIAL, layers, 0),
        "small": (small, small["arm"][:, None], 0),
    }
    iterated = {**RECORD, "scale": "relative", "tolerance": 1e-10, "why": ITERATED}
    for ties, recorded in RECORDED["cox"].items():
        for what, (data, x, stratum) in models.items():
            theirs = recorded[what]
            yield Comparison(
                function=fit_cox,
                what=f"{ties}, {what}: coefficients, covariance, likelihoods, limits, three tests",
                ours=lambda data=data, x=x, stratum=stratum, ties=ties: _model(
                    fit_cox(data["time"], data["event"], x, ties=ties, level=0.95, stratum=stratum)
                ),
                theirs=np.concatenate(
                    [np.ravel(theirs[part]) for part in ("coef", "covariance", "loglik")]
                    + [np.reshape(theirs["interval"], (-1, 2)).T.ravel()]
                    + [[theirs["wald"]], theirs["score"], theirs["lr"]]
                ),
                **iterated,
            )
        for what, data in (("profile", TRIAL), ("profile_small", small)):
            yield Comparison(
                function=estimate_hazard_ratio,
                what=f"{ties}, {what}: logarithms of limits",
                ours=lambda data=data, ties=ties: np.log(
                    _limits(
                        estimate_hazard_ratio(
                            data["time"], data["event"], data["arm"], ties=ties, method="profile-likelihood", level=0.95
                        )
                    )
                ),
                theirs=recorded[what],
                **{**RECORD, "tolerance": 1e-10, "why": "the R program searches for the root to 1e-13"},
            )


def _restricted_means():
    by_survrm2 = {**RECORD, "source": f"R 4.2.2, survRM2 {RECORDED['versions']['survRM2']}"}
    closed = {**by_survrm2, "scale": "relative", "tolerance": 1e-11, "why": "sums of strips of a curve"}
    for theirs, data in zip(RECORDED["restricted_mean"], (TRIAL, TRIAL, DATA["small"]), strict=True):
        tau = theirs["tau"]
        trial = (data["time"], data["event"], data["arm"], tau)
        yield Comparison(
            function=estimate_restricted_mean,
            what=f"two arms to {tau}, {len(data['time'])} subjects",
            ours=lambda data=data, tau=tau: _mean(
                estimate_restricted_mean(
                    np.where(data["arm"] == ARMS, data["time"], np.nan), data["event"], tau, level=0.95
                )
            ),
            theirs=np.transpose([theirs["arm0"], theirs["arm1"]]),
            **closed,
        )
        for function, part in (
            (estimate_difference_of_restricted_means, "difference"),
            (estimate_ratio_of_restricted_means, "ratio"),
        ):
            yield Comparison(
                function=function,
                what=f"to {tau}, {len(data['time'])} subjects",
                ours=lambda function=function, trial=trial: _interval(function(*trial, level=0.95)),
                theirs=theirs[part][:3],
                **closed,
            )
        yield Comparison(
            function=restricted_mean_test,
            what=f"p-value, to {tau}, {len(data['time'])} subjects",
            ours=lambda trial=trial: restricted_mean_test(*trial).p_value,
            theirs=theirs["difference"][3],
            **closed,
        )


def _incidence():
    for what, method in (("trial", "log-log"), ("trial_plain", "plain"), ("small", "plain")):
        theirs = RECORDED["incidence"][what]
        yield Comparison(
            function=estimate_cumulative_incidence,
            what=f"greenwood, {what}, two causes in two arms at three times, {method}",
            ours=lambda what=what, method=method, theirs=theirs: _two_causes(
                what.removesuffix("_plain"), theirs["at"], method
            ),
            theirs=[np.array(theirs[part])[:, 1:].T for part in ("share", "se", "lower", "upper")],
            **EXACT,
        )
    theirs = RECORDED["cmprsk"]
    untied = TRIAL["time"] + np.arange(1, len(TRIAL) + 1) / 1000
    yield Comparison(
        function=estimate_cumulative_incidence,
        what="aalen, the trial with its ties broken",
        ours=lambda: [
            _share(
                estimate_cumulative_incidence(
                    np.where(TRIAL["arm"] == ARMS, untied, np.nan), TRIAL["cause"], theirs["at"],
                    of_cause=cause, variance="aalen", method="plain", level=0.95,
                )
            )
            for cause in (1, 2)
        ],
        theirs=[[[theirs[part][row + arm] for arm in (0, 1)] for part in ("share", "se")] for row in (0, 2)],
        **{**EXACT, "source": f"R 4.2.2, cmprsk {RECORDED['versions']['cmprsk']}"},
    )  # fmt: skip


def _gray_tests():
    small = DATA["small"]
    calls = {
        "trial": (TRIAL, TRIAL["arm"], 0),
        "small": (small, small["arm"], 0),
        "stratified": (TRIAL, TRIAL["arm"], TRIAL["severity"]),
        "three_groups": (TRIAL, TRIAL["severity"], 0),
    }
    for name, (data, arm, stratum) in calls.items():
        yield Comparison(
            function=gray_test,
            what=f"{name}: statistic, p-value and degrees of freedom of two causes",
            ours=lambda data=data, arm=arm, stratum=stratum: [
                _gray(gray_test(data["time"], data["cause"], arm, of_cause=cause, stratum=stratum)) for cause in (1, 2)
            ],
            theirs=RECORDED["gray"][name],
            **{
                **EXACT,
                "source": f"R 4.2.2, cmprsk {RECORDED['versions']['cmprsk']}",
                "scale": "relative",
                "tolerance": 1e-10,
            },
        )


def _gray(answer):
    return [answer.statistic, answer.p_value, answer.df]


def _by_arm(name):
    data = DATA[name]
    return np.where(data["arm"] == ARMS, data["time"], np.nan), data["event"]


def _of_arm_1():
    is_in = TRIAL["arm"] == 1
    return TRIAL["time"][is_in], TRIAL["event"][is_in]


def _survival(answer):
    return [part.ravel() for part in (answer.estimate, answer.se, answer.lower, answer.upper)]


def _whole_curve(curve):
    parts = (curve.time, curve.at_risk, curve.events, curve.censored, curve.survival, curve.lower, curve.upper)
    return list(parts)


def _quartiles(name, asked):
    answers = [
        estimate_survival_quantile(*_by_arm(name), share, definition="midpoint", **asked) for share in (0.25, 0.5, 0.75)
    ]
    return [np.stack([getattr(answer, part) for answer in answers], -1) for part in ("estimate", "lower", "upper")]


def _reached(times):
    return np.array([[np.inf if time is None else time for time in arm] for arm in times])


def _log_rank(answer):
    return [answer.test.statistic, answer.test.p_value, *answer.observed, *answer.expected]


def _model(model):
    tests = [model.wald.statistic]
    for test in (model.score, model.likelihood_ratio):
        tests += [test.statistic, test.df, test.p_value]
    ratios = model.hazard_ratios
    likelihoods = [model.log_likelihood_null, model.log_likelihood]
    return np.concatenate(
        [model.coefficients, model.covariance.ravel(), likelihoods, ratios.lower, ratios.upper, tests]
    )


def _limits(answer):
    return np.array([answer.lower, answer.upper])


def _interval(answer):
    return [answer.estimate, answer.lower, answer.upper]


def _mean(answer):
    return [answer.estimate, answer.se, answer.lower, answer.upper]


def _two_causes(name, at, method):
    data = DATA[name]
    time = np.where(data["arm"] == ARMS, data["time"], np.nan)
    answers = [
        estimate_cumulative_incidence(
            time, data["cause"], at, of_cause=cause, variance="greenwood", method=method, level=0.95
        )
        for cause in (1, 2)
    ]
    parts = ("estimate", "se", "lower", "upper")
    return [[getattr(answer, part).ravel() for answer in answers] for part in parts]


def _share(answer):
    return [answer.estimate, answer.se]
