"""Power and sample size: against R, rpact, gsDesign, Exact, longpower, samplesizeCMH and pwr.

The numbers and the program that made them lie here. Real sizes, before rounding, are compared by the power that our
function gives them.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.spending import compute_spending_boundary
from myotis.statistics.power.answers import compute_power, find_detectable_effect, find_sample_size
from myotis.statistics.power.assurance import Assurance
from myotis.statistics.power.exact_proportions import (
    ExactTwoProportions,
    compute_rejection_probability,
    find_rejections,
)
from myotis.statistics.power.exact_stratified import compute_stratified_rejection_probability
from myotis.statistics.power.means import TwoMeans
from myotis.statistics.power.mixed_model import RepeatedMeans, compute_last_visit_variance
from myotis.statistics.power.observed_events import Hazard, compute_event_probability
from myotis.statistics.power.precision import compute_exact_coverage, compute_expected_half_width
from myotis.statistics.power.priors import BetaPriors
from myotis.statistics.power.rates import Strata
from myotis.statistics.power.sequential import GroupSequential, plan_looks
from myotis.statistics.power.stratified_proportions import StratifiedProportions
from myotis.statistics.power.time_to_event import TimeToEvent, compute_events, compute_log_rank_drift, find_duration
from myotis.statistics.power.two_proportions import TwoProportions

RECORDED = json.loads((Path(__file__).parent / "power.json").read_text(encoding="utf-8"))
VERSIONS = RECORDED["versions"]
MADE_BY = "tests/independent/r/power.R"
TWO_SIDED = {"alpha": 0.05, "alternative": "two-sided"}
GREATER = {"alpha": 0.025, "alternative": "greater"}
CLOSED = {"made_by": MADE_BY, "tolerance": 1e-10, "scale": "absolute", "why": "both are closed forms"}
SUMS = {"made_by": MADE_BY, "tolerance": 1e-10, "scale": "absolute", "why": "both are sums over every table"}
SOUGHT = {"made_by": MADE_BY, "tolerance": 1e-6, "scale": "absolute"}
NO_DROPOUT = Hazard(rates=(0.0,))


def comparisons() -> Iterator[Comparison]:
    """Proportions approximated, enumerated and over strata; means; mixed model; time to event; interim analyses."""
    yield from _proportions()
    yield from _searched()
    yield from _enumerated()
    yield from _strata()
    yield from _means()
    yield from _mixed()
    yield from _times()
    yield from _looks()


def software(*names: str) -> str:
    """R and packages with their versions."""
    return ", ".join(f"{name} {VERSIONS[name]}" for name in ("R", *names))


def _proportions() -> Iterator[Comparison]:
    cases = RECORDED["equal_groups"]
    yield Comparison(
        function=TwoProportions,
        what="power of equal groups, pooled z, two-sided",
        source=software(),
        ours=lambda: [_rates(case, "z-pooled", **TWO_SIDED).compute_power(case["n"], case["n"]) for case in cases],
        theirs=[case["power"] for case in cases],
        **CLOSED,
    )
    rates = RECORDED["rates"]
    yield Comparison(
        function=TwoProportions,
        what="power of the real sizes for power 0.8, with margins and three ratios",
        source=software("rpact"),
        ours=lambda: [_rates(case, "z-pooled", **GREATER).compute_power(case["n1"], case["n2"]) for case in rates],
        theirs=[0.8] * len(rates),
        **CLOSED,
    )
    yield Comparison(
        function=TwoProportions,
        what="power of 120 subjects, with margins and three ratios",
        source=software("gsDesign"),
        ours=lambda: [_rates(case, "z-pooled", **GREATER).compute_power(*_split(case["ratio"], 120)) for case in rates],
        theirs=[case["gs_power"] for case in rates],
        **CLOSED,
    )
    corrected = RECORDED["corrected"]
    yield Comparison(
        function=TwoProportions,
        what="power of the real sizes for power 0.8 with the correction for continuity, three allocations",
        source=software("samplesizeCMH"),
        ours=lambda: [
            _rates(case, "z-pooled-corrected", **GREATER).compute_power(case["n1"], case["n2"]) for case in corrected
        ],
        theirs=[0.8] * len(corrected),
        **CLOSED,
    )


def _searched() -> Iterator[Comparison]:
    cases = RECORDED["searched"]
    models = {
        "two proportions, pooled z": (
            lambda case: _rates(case, "z-pooled", **TWO_SIDED),
            ("size", "detectable"),
        ),
        "two means, t test": (
            lambda case: TwoMeans(difference=case["p1"] - case["p2"], sd1=0.5, sd2=0.5, test="t-pooled", **TWO_SIDED),
            ("size_t", "detectable_t"),
        ),
    }
    for name, (build, (size, detectable)) in models.items():
        yield Comparison(
            function=find_sample_size,
            what=f"subjects a group for three powers, {name}",
            source=software(),
            ours=lambda build=build: [
                find_sample_size(build(case), power=case["power"], ratio=(1, 1)).n1 for case in cases
            ],
            theirs=[case[size] for case in cases],
            **CLOSED | {"tolerance": 0, "why": "whole subjects"},
        )
        yield Comparison(
            function=find_detectable_effect,
            what=f"effect of three sizes and powers, {name}",
            source=software(),
            ours=lambda build=build: [
                find_detectable_effect(
                    build(case), case["n"], case["n"], power=case["power"], direction="greater"
                ).effect
                for case in cases
            ],
            theirs=[case[detectable] for case in cases],
            **SOUGHT | {"tolerance": 1e-9, "why": "R seeks the effect to about 1e-10"},
        )
    equal = RECORDED["equal_groups"]
    yield Comparison(
        function=compute_power,
        what="power of equal groups, pooled z, two-sided",
        source=software(),
        ours=lambda: [
            compute_power(_rates(case, "z-pooled", **TWO_SIDED), case["n"], case["n"]).power for case in equal
        ],
        theirs=[case["power"] for case in equal],
        **CLOSED,
    )


def _enumerated() -> Iterator[Comparison]:
    for test in ("pearson-chi-square", "pearson-chi-square-yates", "fisher-exact", "barnard", "boschloo"):
        cases = [case for case in RECORDED["exact"] if case["test"] == test]
        yield Comparison(
            function=ExactTwoProportions,
            what=f"exact power of {test} at five sizes, two-sided and one-sided",
            source=software("Exact"),
            ours=lambda cases=cases: [_exact(case).compute_power(case["n1"], case["n2"]) for case in cases],
            theirs=[case["power"] for case in cases],
            **SUMS,
        )
    widths = RECORDED["wald_width"]
    yield Comparison(
        function=compute_expected_half_width,
        what="mean half-width of the Wald interval over every table",
        source=software(),
        ours=lambda: [
            compute_expected_half_width(
                case["n1"], case["n2"], p1=case["p1"], p2=case["p2"], method="wald", level=0.95
            )
            for case in widths
        ],
        theirs=[case["half_width"] for case in widths],
        **SUMS,
    )  # fmt: skip
    yield Comparison(
        function=compute_exact_coverage,
        what="coverage of the Wald interval over every table",
        source=software(),
        ours=lambda: [
            compute_exact_coverage(case["n1"], case["n2"], case["p1"], case["p2"], method="wald", level=0.95)
            for case in widths
        ],
        theirs=[case["coverage"] for case in widths],
        **SUMS,
    )
    yield Comparison(
        function=compute_rejection_probability,
        what="probability that the Wald interval lies above a margin of 0.1",
        source=software(),
        ours=lambda: [
            compute_rejection_probability(
                find_rejections(int(case["n1"]), int(case["n2"]), test="wald", margin=0.1, **GREATER),
                case["p1"],
                case["p2"],
            )
            for case in widths
        ],
        theirs=[case["above"] for case in widths],
        **SUMS,
    )
    priors = RECORDED["assurance"]
    yield Comparison(
        function=Assurance,
        what="assurance of Fisher's test under beta priors: a sum of beta-binomial probabilities",
        source=software(),
        ours=lambda: [
            Assurance(
                assumptions=ExactTwoProportions(p1=0.5, p2=0.5, test="fisher-exact", **TWO_SIDED),
                prior=BetaPriors(**dict(zip(("a1", "b1", "a2", "b2"), case["prior"], strict=True))),
            ).compute_power(case["n1"], case["n2"])
            for case in priors
        ],
        theirs=[case["assurance"] for case in priors],
        **SUMS,
    )


def _strata() -> Iterator[Comparison]:
    cases = RECORDED["strata"]
    yield Comparison(
        function=StratifiedProportions,
        what="power of the real sizes for power 0.8 over two and three strata, plain and corrected",
        source=software("samplesizeCMH"),
        ours=lambda: [
            StratifiedProportions(
                strata=Strata(shares=tuple(case["shares"]), p1=tuple(case["p1"]), p2=tuple(case["p2"])),
                test=_form(case),
                **GREATER,
            ).compute_power(case["total"] * case["s"], case["total"] * (1 - case["s"]))
            for case in cases
        ],
        theirs=[0.8] * len(cases),
        **CLOSED,
    )
    tables = RECORDED["every_table"]
    yield Comparison(
        function=compute_stratified_rejection_probability,
        what="exact power of mantelhaen.test over every table of small strata, plain and corrected",
        source=software(),
        ours=lambda: [
            compute_stratified_rejection_probability(
                case["n1"],
                case["n2"],
                p1=case["p1"],
                p2=case["p2"],
                test=_form(case),
                **(GREATER if case["alternative"] == "greater" else TWO_SIDED),
            )
            for case in tables
        ],
        theirs=[case["power"] for case in tables],
        **SUMS,
    )


def _means() -> Iterator[Comparison]:
    for name, package, build in (
        ("pooled", (), lambda case: (_mean(case, "t-pooled"), case["n"], case["n"])),
        ("unequal", ("pwr",), lambda case: (_mean(case, "t-pooled"), case["n1"], case["n2"])),
        (
            "ancova",
            ("pwr",),
            lambda case: (_mean(case, "ancova-t", correlation=case["correlation"]), case["n1"], case["n2"]),
        ),
        ("welch", (), lambda case: (_mean(case, "t-welch"), case["n1"], case["n2"])),
    ):
        cases = RECORDED[name]
        yield Comparison(
            function=TwoMeans,
            what={
                "pooled": "power of the t test, equal groups",
                "unequal": "power of the t test, unequal groups",
                "ancova": "power of analysis of covariance, as an F test",
                "welch": "power of Welch's test, as a double integral over both variances",
            }[name],
            source=software(*package),
            ours=lambda cases=cases, build=build: [
                assumed.compute_power(n1, n2) for assumed, n1, n2 in map(build, cases)
            ],
            theirs=[case["power"] for case in cases],
            **{
                **CLOSED,
                "tolerance": 1e-8 if name == "welch" else 1e-9,
                "why": "R integrates to 1e-9" if name == "welch" else "R's noncentral t and F have about ten digits",
            },
        )
    for normal, test in ((True, "z"), (False, "t-pooled")):
        sizes = [case for case in RECORDED["means"] if case["normal"] is normal]
        yield Comparison(
            function=TwoMeans,
            what=f"power of the real sizes for power 0.9, {test}, three ratios",
            source=software("rpact"),
            ours=lambda sizes=sizes, test=test: [
                TwoMeans(difference=8, sd1=15, sd2=15, test=test, **GREATER).compute_power(case["n1"], case["n2"])
                for case in sizes
            ],
            theirs=[0.9] * len(sizes),
            **SOUGHT | {"why": "rpact seeks the size of the t test to about 1e-5 subjects"},
        )


def _mixed() -> Iterator[Comparison]:
    cases = RECORDED["mixed"]
    yield Comparison(
        function=RepeatedMeans,
        what="power with dropout that differs by group, three allocations",
        source=software("longpower"),
        ours=lambda: [_repeated(case).compute_power(case["n1"], case["n2"]) for case in cases],
        theirs=[case["power"] for case in cases],
        **CLOSED,
    )
    yield Comparison(
        function=compute_last_visit_variance,
        what="variance of the contrast at the sizes for power 0.8",
        source=software("longpower"),
        ours=lambda: [
            compute_last_visit_variance(case["covariance"], case["ra"]) / case["size1"]
            + compute_last_visit_variance(case["covariance"], case["rb"]) / case["size2"]
            for case in cases
        ],
        theirs=[(case["delta"] / (1.959963984540054 + 0.8416212335729143)) ** 2 for case in cases],
        **CLOSED | {"scale": "relative"},
    )


def _times() -> Iterator[Comparison]:
    cases = RECORDED["survival"]
    yield Comparison(
        function=compute_events,
        what="events for power 0.8, two formulas, hazard ratios on both sides, two ratios",
        source=software("rpact"),
        ours=lambda: [
            compute_events(
                hazard_ratio=case["hazard_ratio"],
                ratio=case["ratio"],
                alpha=0.025,
                alternative="less" if case["hazard_ratio"] < 1 else "greater",
                power=0.8,
                formula=case["formula"],
            )
            for case in cases
        ],
        theirs=[case["events"] for case in cases],
        **CLOSED | {"scale": "relative"},
    )
    yield Comparison(
        function=compute_log_rank_drift,
        what="drift at the events for power 0.8, two formulas, hazard ratios on both sides, two ratios",
        source=software("rpact"),
        ours=lambda: [
            abs(compute_log_rank_drift(case["events"], **{k: case[k] for k in ("hazard_ratio", "ratio", "formula")}))
            for case in cases
        ],
        theirs=[1.959963984540054 + 0.8416212335729143] * len(cases),
        **CLOSED,
    )
    times = {
        "": ([_survival(case) for case in cases], cases, "with dropout that differs by group"),
        "piecewise": (
            [_piecewise(case) for case in RECORDED["piecewise"]],
            RECORDED["piecewise"],
            "with a hazard of three pieces",
        ),
    }
    for assumed, recorded, what in times.values():
        yield Comparison(
            function=TimeToEvent,
            what=f"power of the subjects for power 0.8, {what}",
            source=software("rpact"),
            ours=lambda assumed=assumed, recorded=recorded: [
                one.compute_power(case["n1"], case["n2"]) for one, case in zip(assumed, recorded, strict=True)
            ],
            theirs=[0.8] * len(recorded),
            **CLOSED | {"tolerance": 1e-9, "why": "rpact's probabilities of an event are closed forms of ten digits"},
        )
    expected = RECORDED["expected_events"]
    yield Comparison(
        function=compute_event_probability,
        what="events seen by four times, hazards and dropout of three pieces",
        source=software("gsDesign"),
        ours=lambda: [
            compute_event_probability(
                Hazard(rates=(0.1, 0.04, 0.02), cuts=(4, 10)),
                Hazard(rates=(0.01, 0.03, 0.01), cuts=(4, 10)),
                accrual=8,
                duration=case["end"],
            )
            for case in expected
        ],
        theirs=[case["probability"] for case in expected],
        **CLOSED,
    )
    durations = RECORDED["durations"]
    yield Comparison(
        function=find_duration,
        what="time until so many events, and the power they give",
        source=software("rpact"),
        ours=lambda: [find_duration(_waiting(), 45, 45, events=case["events"]) for case in durations],
        theirs=[case["duration"] for case in durations],
        **SOUGHT | {"tolerance": 1e-4, "why": "rpact seeks the time to about 1e-5"},
    )


def _looks() -> Iterator[Comparison]:
    cases = RECORDED["designs"]
    for name, assumed, ratio in (
        ("rates", TwoProportions(p1=0.6, p2=0.3, test="z-pooled", **GREATER), 1),
        ("means", TwoMeans(difference=8, sd1=15, sd2=15, test="z", **GREATER), 2),
    ):
        what = f"{len(cases)} designs of two and three looks, {name}"
        yield Comparison(
            function=GroupSequential,
            what=f"power of the largest size for power 0.8, {what}",
            source=software("rpact"),
            ours=lambda name=name, assumed=assumed, ratio=ratio: [
                _sequential(case, assumed).compute_power(*_split(ratio, case[name]["maximum"])) for case in cases
            ],
            theirs=[0.8] * len(cases),
            **SOUGHT | {"why": "rpact spends 1e-8 less than alpha"},
        )
        yield Comparison(
            function=plan_looks,
            what=f"subjects on average, without effect, at half of it and at all of it, {what}",
            source=software("rpact"),
            ours=lambda name=name, assumed=assumed, ratio=ratio: [
                _expect(case, assumed, _split(ratio, case[name]["maximum"])) for case in cases
            ],
            theirs=[[case[name][which] for which in ("null", "half", "planned")] for case in cases],
            **SOUGHT | {"scale": "relative", "why": "rpact spends 1e-8 less than alpha"},
        )


def _rates(case, test, **error):
    return TwoProportions(p1=case["p1"], p2=case["p2"], margin=case.get("margin", 0.0), test=test, **error)


def _split(ratio, total):
    return total * ratio / (1 + ratio), total / (1 + ratio)


def _exact(case):
    error = GREATER if case["alternative"] == "greater" else TWO_SIDED
    return ExactTwoProportions(p1=case["p1"], p2=case["p2"], test=case["test"], **error)


def _form(case):
    return "cochran-mantel-haenszel" + ("-corrected" if case["correct"] else "")


def _mean(case, test, **more):
    sd = {"sd1": case.get("sd1", case.get("sd")), "sd2": case.get("sd2", case.get("sd"))}
    return TwoMeans(difference=case["difference"], test=test, **sd, **more, **TWO_SIDED)


def _repeated(case):
    return RepeatedMeans(
        difference=case["delta"],
        covariance=tuple(map(tuple, case["covariance"])),
        retention1=tuple(case["ra"]),
        retention2=tuple(case["rb"]),
        **GREATER,
    )


def _survival(case):
    return TimeToEvent(
        hazard_ratio=case["hazard_ratio"],
        comparator=Hazard.of_median(12),
        dropout1=Hazard.of_share(0.05, 12),
        dropout2=Hazard.of_share(0.1, 12),
        accrual=10,
        follow_up=8,
        alpha=0.025,
        alternative="less" if case["hazard_ratio"] < 1 else "greater",
        formula=case["formula"],
    )


def _piecewise(case):
    return TimeToEvent(
        hazard_ratio=case["hazard_ratio"],
        comparator=Hazard(rates=(0.12, 0.06, 0.02), cuts=(4, 9)),
        dropout1=NO_DROPOUT,
        dropout2=NO_DROPOUT,
        accrual=6,
        follow_up=12,
        alpha=0.025,
        alternative="less" if case["hazard_ratio"] < 1 else "greater",
        formula="schoenfeld",
    )


def _waiting():
    return TimeToEvent(
        hazard_ratio=0.6,
        comparator=Hazard(rates=(0.1,)),
        dropout1=NO_DROPOUT,
        dropout2=NO_DROPOUT,
        accrual=9,
        follow_up=9,
        alpha=0.025,
        alternative="less",
        formula="schoenfeld",
    )


def _sequential(case, assumed):
    build, name = {
        "OF": (compute_boundary, "obrien-fleming"),
        "P": (compute_boundary, "pocock"),
        "asOF": (compute_spending_boundary, "obrien-fleming-type"),
    }[case["kind"]]
    return GroupSequential(assumptions=assumed, design=build(case["information"], method=name, alpha=0.025, sides=1))


def _expect(case, assumed, sizes):
    plan = plan_looks(_sequential(case, assumed), *sizes)
    return np.array([plan.expected_null, plan.expected_half, plan.expected_planned])
