"""Do an estimand's variable, summary, interval, test and model belong together?"""

from collections.abc import Iterator

from myotis.errors import Fault
from myotis.protocol.faults import contradiction
from myotis.protocol.methods import (
    CORRECTED_TESTS,
    INTERVALS,
    MAY_BE_STRATIFIED,
    STANDARDIZATIONS,
    STRATIFIED_TESTS,
    TESTS,
    TIMES,
    VARIABLES,
    WEIGHTED_INTERVALS,
    Test,
)
from myotis.protocol.plan import Estimand


def find_method_faults(estimand: Estimand, place: str) -> Iterator[Fault]:
    """Every contradiction among the methods of one estimand."""
    if estimand.variable not in VARIABLES[estimand.summary]:
        fitting = [name for name, variables in VARIABLES.items() if estimand.variable in variables]
        what = f"the variable {estimand.variable} has no such summary"
        yield contradiction(f"{place}.summary", what, " or ".join(fitting), "Correct the summary or the variable.")
    else:
        yield from _interval_of(estimand, place)
        yield from _test_of(estimand, place)
    yield from _parts_of_interval(estimand, f"{place}.interval")
    yield from _parts_of_test(estimand.test, f"{place}.test")
    yield from _model(estimand, place)


def _interval_of(estimand: Estimand, place: str) -> Iterator[Fault]:
    known = INTERVALS[estimand.summary]
    if estimand.interval.method not in known:
        what = f"the interval {estimand.interval.method} is not one of a {estimand.summary}"
        expected = "one of " + ", ".join(sorted(known)) if len(known) > 1 else next(iter(known))
        yield contradiction(f"{place}.interval.method", what, expected, "Choose another method.")


def _test_of(estimand: Estimand, place: str) -> Iterator[Fault]:
    known = next(tests for variables, tests in TESTS.items() if estimand.variable in variables)
    if estimand.test.method not in known:
        what = f"{estimand.test.method} is no test of {estimand.variable}"
        yield contradiction(f"{place}.test", what, "one of " + ", ".join(sorted(known)), "Choose another test.")


def _parts_of_interval(estimand: Estimand, place: str) -> Iterator[Fault]:
    interval = estimand.interval
    if not 0 < interval.level.number < 100:
        expected = "a level above 0 % and below 100 %, such as 95 %"
        yield contradiction(f"{place}.level", "there is no such confidence level", expected, "Correct it.")
    if (interval.weights is not None) != (interval.method in WEIGHTED_INTERVALS):
        what = (
            f"{interval.method} has no weights"
            if interval.weights
            else f"the weights of {interval.method} are not said"
        )
        expected = f"weights with {' or '.join(sorted(WEIGHTED_INTERVALS))}, and only there"
        yield contradiction(f"{place}.weights", what, expected, "Add them, or remove them.")
    elif interval.weights == "minimum_risk" and estimand.summary != "difference_in_proportions":
        what, expected = "minimum-risk weights are those of a difference", "other weights"
        yield contradiction(f"{place}.weights", what, expected, "Name others.")
    if interval.method in STANDARDIZATIONS and not estimand.covariates:
        what, expected = f"{interval.method} adjusts for nothing", "covariates"
        yield contradiction(f"{place}.method", what, expected, "Name covariates, or choose another method.")


def _parts_of_test(test: Test, place: str) -> Iterator[Fault]:
    """What a test needs and what it can't have."""
    if test.method == "none" and (test.strata or test.continuity_correction):
        what, expected = "there is no test, but strata of one or its correction", "a method, or neither of the two"
        yield contradiction(place, what, expected, "Name the method, or remove what belongs to it.")
        return
    if test.method in STRATIFIED_TESTS and not test.strata:
        yield contradiction(place, "the test needs strata", "test.strata", "Name the factors, or choose another test.")
    if test.strata and test.method not in MAY_BE_STRATIFIED:
        what, expected = f"{test.method} has no strata", "none, or a test over strata"
        yield contradiction(place, what, expected, "Remove the strata, or choose another test.")
    if test.continuity_correction and test.method not in CORRECTED_TESTS:
        what, expected = f"{test.method} has no correction for continuity", "continuity_correction = false"
        yield contradiction(place, what, expected, "Correct it.")
    belongings = (
        ("margin", test.margin, "farrington_manning"),
        ("rerandomization", test.rerandomization, "rerandomization"),
    )
    for field, value, method in belongings:
        if (value is not None) != (test.method == method):
            what = f"{test.method} has no {field}" if value is not None else f"{method} needs a {field}"
            expected = f"{field} with the test {method}, and only there"
            yield contradiction(f"{place}.{field}", what, expected, "Add it, remove it, or correct the test.")
    if test.margin is not None and not -100 < test.margin.number < 100:
        expected = "above -100 % and below 100 %"
        yield contradiction(f"{place}.margin", "there is no such difference", expected, "Correct it.")


def _model(estimand: Estimand, place: str) -> Iterator[Fault]:
    asks = estimand.interval.method == "mixed_model_t", estimand.test.method == "mixed_model"
    if any(asks) and estimand.model is None:
        yield contradiction(place, "the mixed model is not said", "a table model", "Add the model.")
    if estimand.model is not None and not any(asks):
        what, expected = (
            "no method of the estimand uses the model",
            "the interval mixed_model_t or the test mixed_model",
        )
        yield contradiction(f"{place}.model", what, expected, "Remove the model, or choose its interval or test.")
    if (estimand.time_to_event is not None) != (estimand.variable in TIMES):
        what = "times to an event are not said how to estimate" if estimand.variable in TIMES else "there is no time"
        expected = "a table time_to_event where the variable is a time, and only there"
        yield contradiction(f"{place}.time_to_event", what, expected, "Add it, or remove it.")
    if any(asks) and estimand.variable == "tis" and estimand.model is not None and estimand.model.baseline_by_visit:
        what, expected = "the TIS has no baseline", "baseline_by_visit = false"
        yield contradiction(f"{place}.model.baseline_by_visit", what, expected, "Correct it.")
