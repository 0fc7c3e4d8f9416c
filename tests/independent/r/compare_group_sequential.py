"""Group-sequential designs: against rpact and gsDesign. The numbers and the program that made them lie here."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.group_sequential.blinded_reestimation import (
    compute_blinded_size_for_means,
    compute_blinded_size_for_proportions,
)
from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.characteristics import (
    compute_boundary_crossing_probabilities,
    compute_characteristics,
)
from myotis.statistics.group_sequential.conditional_power import compute_conditional_power, compute_predictive_power
from myotis.statistics.group_sequential.design import GroupSequentialDesign
from myotis.statistics.group_sequential.futility import compute_futility_boundary
from myotis.statistics.group_sequential.promising_zone import compute_inverse_normal_z, compute_promising_zone
from myotis.statistics.group_sequential.repeated_intervals import estimate_repeated_interval
from myotis.statistics.group_sequential.spending import compute_spending_boundary, compute_spent_error
from myotis.statistics.group_sequential.stagewise import estimate_after_stop, stagewise_test

RECORDED = json.loads((Path(__file__).parent / "group_sequential.json").read_text(encoding="utf-8"))
RPACT = "R 4.2.2, rpact 4.3.0"
GSDESIGN = "R 4.2.2, gsDesign 3.10.1"
MADE_BY = "tests/independent/r/group_sequential.R"
EXACT = {"made_by": MADE_BY, "tolerance": 1e-10, "scale": "absolute", "why": "both are closed forms"}
SOUGHT = {
    "made_by": MADE_BY,
    "tolerance": 1e-6,
    "scale": "absolute",
    "why": "rpact spends 1e-8 less than alpha: half a millionth of a critical value",
}
SIMPSON = {
    "made_by": MADE_BY,
    "tolerance": 1e-7,
    "scale": "absolute",
    "why": "gsDesign integrates by Simpson's rule, here with r = 80",
}
FINE = {"tolerance": 2e-7, "why": "rpact seeks the drift of the lower boundary to about 1e-7"}
NAMES = {"OF": "obrien-fleming", "P": "pocock", "WT": "wang-tsiatis", "asOF": "obrien-fleming-type"}


def comparisons() -> Iterator[Comparison]:
    """Boundaries, their cost, crossing, futility, conditional power, inference after a stop, re-estimation."""
    yield from _boundaries()
    yield from _futility()
    yield from _given_data()
    yield from _after_stop()
    yield from _reestimation()


def _boundaries() -> Iterator[Comparison]:
    for name, function, build, what in (
        ("classical", compute_boundary, _classical, "boundaries of five shapes, 2 to 5 looks, even and uneven"),
        ("spending", compute_spending_boundary, _spending, "boundaries of six spending functions, 1 to 5 looks"),
    ):
        cases = RECORDED[name]
        yield Comparison(
            function=function,
            what=f"{what}, one and two sides",
            source=RPACT,
            ours=lambda cases=cases, build=build: _join(build(case).upper for case in cases),
            theirs=_join(case["critical"] for case in cases),
            **SOUGHT,
        )
        yield Comparison(
            function=compute_characteristics,
            what=f"drift, inflation factor and expected information at power 0.8, {name}",
            source=RPACT,
            ours=lambda cases=cases, build=build: [_cost(build(case), 0.8) for case in cases if "shift" in case],
            theirs=[_their_cost(case) for case in cases if "shift" in case],
            **SOUGHT | {"scale": "relative"},
        )
    yield Comparison(
        function=compute_spent_error,
        what="error spent at each look, six spending functions",
        source=RPACT,
        ours=lambda: _join(compute_spent_error(case["information"], **_spending_options(case)) for case in _long()),
        theirs=_join(case["spent"] for case in _long()),
        **SOUGHT | {"tolerance": 1e-7, "why": "rpact spends 1e-8 less than alpha"},
    )
    yield Comparison(
        function=compute_spending_boundary,
        what="boundaries so far, at looks of which none is the last",
        source=RPACT,
        ours=lambda: _join(
            compute_spending_boundary(
                case["information"], method="obrien-fleming-type", alpha=0.025, sides=1, final=False
            ).upper
            for case in RECORDED["interim"]
        ),
        theirs=_join(case["critical"] for case in RECORDED["interim"]),
        **SOUGHT,
    )
    for theirs, ours in (("above", "upper"), ("below", "lower"), ("expected", "expected_information")):
        yield Comparison(
            function=compute_boundary_crossing_probabilities,
            what=f"{ours.replace('_', ' ')}, three designs, five drifts",
            source=GSDESIGN,
            ours=lambda ours=ours: _join(getattr(_cross(case), ours).T for case in RECORDED["crossing"]),
            theirs=_join(case[theirs] for case in RECORDED["crossing"]),
            **SIMPSON,
        )


def _futility() -> Iterator[Comparison]:
    cases = RECORDED["futility"]
    what = f"{len(cases)} designs of 2 to 5 looks, binding and not"
    yield Comparison(
        function=compute_futility_boundary,
        what=f"both boundaries, {what}",
        source=RPACT,
        ours=lambda: _join((*design.upper, *design.lower[:-1]) for design in _lay_all()),
        theirs=_join((*case["critical"], *case["futility"]) for case in cases),
        **SOUGHT | FINE,
    )
    yield Comparison(
        function=compute_futility_boundary,
        what=f"both boundaries and the drift, {what}",
        source=GSDESIGN,
        ours=lambda: _join((*design.upper, *design.lower, design.drift) for design in _lay_all()),
        theirs=_join((*case["gs_upper"], *case["gs_lower"], case["gs_drift"]) for case in cases),
        **SIMPSON | {"tolerance": 1e-5, "why": "gsDesign was asked for errors to 1e-7; below it finds no boundary"},
    )
    yield Comparison(
        function=compute_characteristics,
        what=f"drift, inflation factor and expected information at power 0.9 with futility, {what}",
        source=RPACT,
        ours=lambda: [_cost(design, 0.9) for design in _lay_all()],
        theirs=[_their_cost(case) for case in cases],
        **SOUGHT | FINE,
    )


def _given_data() -> Iterator[Comparison]:
    recorded = RECORDED["conditional_design"]
    design = _make(recorded["information"], recorded["lower"], recorded["upper"])
    cases = RECORDED["conditional"]
    for name, method in (("power", "given-drift"), ("trend", "current-trend")):
        yield Comparison(
            function=compute_conditional_power,
            what=f"{method}, three looks of four",
            source=GSDESIGN,
            ours=lambda method=method: [
                compute_conditional_power(
                    case["z"],
                    design=design,
                    look=case["look"],
                    method=method,
                    drift=case["drift"] if method == "given-drift" else None,
                )
                for case in cases
            ],
            theirs=[case[name] for case in cases],
            **SIMPSON,
        )
    yield Comparison(
        function=compute_predictive_power,
        what="normal prior, three looks of four",
        source=GSDESIGN,
        ours=lambda: [
            compute_predictive_power(case["z"], design=design, look=case["look"], prior_drift=2.0, prior_sd=1.5)
            for case in RECORDED["predictive"]
        ],
        theirs=[case["power"] for case in RECORDED["predictive"]],
        **SIMPSON,
    )


def _after_stop() -> Iterator[Comparison]:
    cases = RECORDED["stops"]
    search = SOUGHT | {"tolerance": 1e-6, "why": "rpact's boundary is 1e-8 off, and it seeks the limits"}
    yield Comparison(
        function=stagewise_test,
        what=f"p-value of {len(cases)} trials of three looks, four boundaries, one and two sides",
        source=RPACT,
        ours=lambda: [stagewise_test(_z(case), look=case["stage"], design=_stopped(case)).p_value for case in cases],
        theirs=[case["p"] for case in cases],
        **SOUGHT | {"tolerance": 1e-7, "why": "rpact spends 1e-8 less than alpha"},
    )
    yield Comparison(
        function=estimate_after_stop,
        what="median-unbiased estimate and 95% limits of the same trials",
        source=RPACT,
        ours=lambda: [_stop(case) for case in cases],
        theirs=[[case["median"], case["lower"], case["upper"]] for case in cases],
        **search,
    )
    two = [case for case in cases if case["sides"] == 2]
    for name in ("lower", "upper"):
        yield Comparison(
            function=estimate_repeated_interval,
            what=f"{name} limits at all looks of the same trials",
            source=RPACT,
            ours=lambda name=name, two=two: [
                getattr(
                    estimate_repeated_interval(case["estimate"], case["se"], look=[1, 2, 3], design=_stopped(case)),
                    name,
                )
                for case in two
            ],
            theirs=[case[f"repeated_{name}"] for case in two],
            **search | {"tolerance": 1e-8, "why": "rpact seeks the limits to 1e-10"},
        )


def _reestimation() -> Iterator[Comparison]:
    plan = {"alpha": 0.05, "power": 0.9, "sides": 2}
    yield Comparison(
        function=compute_blinded_size_for_proportions,
        what="total before rounding, subjects of each group; ratios 1/2, 1 and 2",
        source=RPACT,
        ours=lambda: [
            _size(compute_blinded_size_for_proportions(x, n, difference=difference, ratio=ratio, **plan))
            for x, n, difference, ratio in (case["case"] for case in RECORDED["proportions"])
        ],
        theirs=[[case["total"], case["n1"], case["n2"]] for case in RECORDED["proportions"]],
        **EXACT,
    )
    for method, name in (("blinded-one-sample-variance", "one_sample"), ("blinded-adjusted-variance", "adjusted")):
        yield Comparison(
            function=compute_blinded_size_for_means,
            what=f"total before rounding, {method}; ratios 1 and 2",
            source=RPACT,
            ours=lambda method=method: [
                compute_blinded_size_for_means(
                    RECORDED["values"], method=method, difference=d, ratio=ratio, alpha=0.025, power=0.8, sides=1
                ).total
                for d, ratio in (case["case"] for case in RECORDED["means"])
            ],
            theirs=[case[name] for case in RECORDED["means"]],
            **EXACT,
        )
    zone = RECORDED["promising"]
    untouched = np.isclose(zone["n"], zone["planned"]) | np.isclose(zone["n"], 2 * zone["planned"])
    yield Comparison(
        function=compute_promising_zone,
        what="conditional power and the new size, rounded up",
        source=GSDESIGN,
        ours=lambda: (_zone(zone).conditional_power, _zone(zone).n),
        theirs=(zone["power"], np.where(untouched, zone["n"], np.ceil(zone["n"]))),
        **SIMPSON,
    )
    combined = RECORDED["inverse_normal"]
    yield Comparison(
        function=compute_inverse_normal_z,
        what="three stages of other sizes than planned",
        source=RPACT,
        ours=lambda: compute_inverse_normal_z(combined["z"], planned=[0.4, 0.3, 0.3]),
        theirs=combined["combined"],
        **EXACT,
    )


def _classical(case):
    option = {"wang-tsiatis": "delta", "haybittle-peto": "interim"}.get(case["method"])
    shape = {option: case["shape"]} if option else {}
    return compute_boundary(
        case["information"], method=case["method"], alpha=case["alpha"], sides=case["sides"], **shape
    )


def _spending(case):
    return compute_spending_boundary(case["information"], **_spending_options(case))


def _spending_options(case):
    return {"method": case["method"], "alpha": case["alpha"], "sides": case["sides"], "shape": case["shape"] or None}


def _long():
    return [case for case in RECORDED["spending"] if len(case["information"]) > 1]


def _cost(design, power):
    found = compute_characteristics(design, power=power)
    return found.drift**2, found.inflation_factor, found.expected_null, found.expected_half, found.expected_planned


def _their_cost(case):
    return [case[name] for name in ("shift", "inflation", "null", "half", "planned")]


def _make(information, lower, upper):
    return GroupSequentialDesign(
        information=np.array(information),
        lower=np.array(lower),
        upper=np.array(upper),
        alpha=0.025,
        sides=1,
        alpha_spent=np.full(len(upper), np.nan),
        method="recorded",
        reference="",
    )


def _cross(case):
    design = _make(case["information"], case["lower"], case["upper"])
    return compute_boundary_crossing_probabilities(design, drift=RECORDED["drifts"])


@cache
def _lay_all():
    return [
        compute_futility_boundary(
            case["information"],
            method="binding-futility" if case["binding"] else "non-binding-futility",
            alpha=0.025,
            alpha_spending="obrien-fleming-type",
            beta=0.1,
            beta_spending="hwang-shih-decani",
            beta_shape=case["shape"],
        )
        for case in RECORDED["futility"]
    ]


def _stopped(case):
    options = {"alpha": 0.025 * case["sides"], "sides": case["sides"]}
    shape = {"delta": 0.25} if case["type"] == "WT" else {}
    build = compute_spending_boundary if case["type"] == "asOF" else compute_boundary
    return build([0.4, 0.7, 1], method=NAMES[case["type"]], **options, **shape)


def _z(case):
    return case["estimate"][case["stage"] - 1] / case["se"][case["stage"] - 1]


def _stop(case):
    last = case["stage"] - 1
    answer = estimate_after_stop(
        case["estimate"][last], case["se"][last], look=case["stage"], design=_stopped(case), level=0.95
    )
    return answer.estimate, answer.lower, answer.upper


def _repeat(case):
    return estimate_repeated_interval(case["estimate"], case["se"], look=[1, 2, 3], design=_stopped(case))


def _size(answer):
    return answer.total, answer.n1, answer.n2


def _zone(zone):
    design = compute_spending_boundary([0.5, 1], method="obrien-fleming-type", alpha=0.05, sides=2)
    return compute_promising_zone(
        zone["z"], design=design, n=zone["planned"], maximum=2 * zone["planned"], lowest=0.3, target=0.9
    )


def _join(parts):
    return np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in parts])
