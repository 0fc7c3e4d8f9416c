"""What a protocol says of the test that its trial is sized for: ratio, error, test and strata of an estimand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import Any, Final

from myotis.errors import SettingError
from myotis.protocol.methods import MEANS, PROPORTIONS, TIMES
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.statistics.power.answers import Ratio
from myotis.statistics.result import Alternative

KINDS: Final = {"proportions": PROPORTIONS, "means": MEANS, "times": TIMES}
"""The variables of each kind of end point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The test that a trial is sized for. ``said`` tells in words what the protocol gave, by name.

    A value that neither the protocol nor the user gave is None. ``interval`` and ``level`` are those of the estimand's
    interval. ``strata`` are the levels of the factors that its test is stratified by.
    """

    estimand: str = ""
    label: str = ""
    ratio: Ratio | None = None
    alpha: float | None = None
    alternative: Alternative | None = None
    test: str | None = None
    margin: float | None = None
    interval: str | None = None
    level: float | None = None
    strata: tuple[str, ...] = ()
    said: Mapping[str, str]
    given: frozenset[str] = frozenset()
    """What the user gave, by name."""


def prepare(trial: Trial, kind: str, estimand: str | None, **given: Any) -> Setup:
    """The setup of an estimand with what the user gave in place of the protocol's; ``ratio`` is a text such as 2:1.

    Raises SettingError that names all options, which are the names in ``given``, that are still without a value: a
    margin needs none.
    """
    ratio = read_ratio(given["ratio"]) if given["ratio"] else None
    setup = override(read_setup(trial, kind, estimand), **given | {"ratio": ratio})
    setup = replace(
        setup,
        test=setup.test if "test" in given else None,
        margin=setup.margin if "margin" in given else None,
        said={name: text for name, text in setup.said.items() if name in given},
    )
    missing = [name for name in given if name != "margin" and getattr(setup, name) is None]
    if missing:
        of = f"the estimand {setup.estimand}" if setup.estimand else f"the plan of {trial.trial.id}"
        options = ", ".join(f"--{name}" for name in missing)
        raise SettingError(f"{of} does not say all that is needed; expected {options}")
    return setup


def read_setup(trial: Trial, kind: str, estimand: str | None) -> Setup:
    """What the protocol says of an estimand of a kind (proportions, means, times): the named or the first one.

    Raises SettingError for an estimand that the plan does not have, or that is of another kind. Without one of that
    kind only the trial's own ratio is known.

    >>> from myotis.protocol.read import read_trial
    >>> setup = read_setup(read_trial("proderm"), "proportions", None)
    >>> setup.estimand, setup.ratio, setup.alpha, setup.test
    ('primary', (1, 1), 0.05, 'cochran-mantel-haenszel')
    """
    found = _find(trial, kind, estimand)
    if found is None:
        shares = list(trial.randomization.ratio.values())
        if len(shares) != 2:
            return Setup(said={})
        return Setup(ratio=_reduce(*shares), said={"ratio": f"{shares[0]}:{shares[1]}"})
    first, second = (trial.randomization.ratio[name] for name in (found.group, found.comparator))
    alpha, level, where = _read_error(trial, found)
    one_sided = found.test.margin is not None
    margin = None if found.test.margin is None else float(found.test.margin.number) / 100
    test = _name_test(found)
    said = {
        "ratio": f"{first}:{second}, {found.group} to {found.comparator}",
        "alpha": f"{alpha / 2 if one_sided else alpha:g}, {'one-sided' if one_sided else 'two-sided'} ({where})",
        "test": f"{test or 'none'}{_tell_strata(found)}",
        "interval": f"{found.interval.method.replace('_', '-')}, level {level:g}",
    } | ({} if margin is None else {"margin": f"{margin:g}"})
    return Setup(
        estimand=found.id,
        label=found.label,
        ratio=_reduce(first, second),
        alpha=alpha / 2 if one_sided else alpha,
        alternative="greater" if one_sided else "two-sided",
        test=test,
        margin=margin,
        interval=found.interval.method.replace("_", "-"),
        level=level,
        strata=_list_strata(trial, found),
        said=said,
    )


def override(setup: Setup, **given: Any) -> Setup:
    """The setup with what the user gave (not None) in place of the protocol's, which is then not told any more.

    An alternative that the user gives needs an alpha that the user gives: the protocol's belongs to its own sides.

    >>> override(Setup(alpha=0.05, said={"alpha": "0.05, two-sided"}), alpha=0.01, test=None).alpha
    0.01
    """
    changed = {name: value for name, value in given.items() if value is not None}
    if changed.get("alternative") not in {None, setup.alternative}:
        changed = {"alpha": None, **changed}
    told = {name: text for name, text in setup.said.items() if name not in changed}
    names = frozenset(name for name, value in changed.items() if value is not None)
    return replace(setup, **changed, said=told, given=names)


def take_test(setup: Setup) -> tuple[float, Alternative, str]:
    """The error, the sides and the test of a setup that has them."""
    assert setup.alpha is not None
    assert setup.alternative is not None
    return setup.alpha, setup.alternative, setup.test or ""


def check_name(name: str, *known: str) -> None:
    """Refuse a name that is not known."""
    if name not in known:
        raise SettingError(f"{name or 'nothing'} is named; expected one of: {', '.join(known)}")


def read_ratio(text: str) -> Ratio:
    """A ratio such as 2:1 or 1.5:1 in the smallest whole numbers.

    >>> read_ratio("2:1"), read_ratio("1.5:1"), read_ratio("4:2")
    ((2, 1), (3, 2), (2, 1))
    """
    parts = text.split(":")
    try:
        first, second = (Fraction(Decimal(part)) for part in parts)
    except (ArithmeticError, ValueError):
        first = second = Fraction(0)
    if first <= 0 or second <= 0:
        raise SettingError(f"the ratio is {text}; expected two numbers above 0, such as 2:1")
    ratio = first / second
    return ratio.numerator, ratio.denominator


def _find(trial: Trial, kind: str, name: str | None) -> Estimand | None:
    """The named estimand, or the first of its kind; None where there is none of that kind."""
    of_kind = [estimand for estimand in trial.plan.estimands if estimand.variable in KINDS[kind]]
    if name is None:
        return of_kind[0] if of_kind else None
    for estimand in of_kind:
        if estimand.id == name:
            return estimand
    there = ", ".join(estimand.id for estimand in of_kind) or "none"
    raise SettingError(f"{name} is no estimand of {kind} in the plan of {trial.trial.id}; expected one of: {there}")


def _reduce(first: int, second: int) -> Ratio:
    common = gcd(first, second)
    return first // common, second // common


def _read_error(trial: Trial, estimand: Estimand) -> tuple[float, float, str]:
    """Two-sided alpha, the interval's level, and which of both the alpha is from."""
    level = estimand.interval.level.number / 100
    for family in trial.plan.families:
        if estimand.id in family.estimands:
            return float(family.alpha), float(level), f"all of the family {family.id}"
    return float(1 - level), float(level), f"level of the interval of {estimand.id}"


def _name_test(estimand: Estimand) -> str | None:
    """The plan's test by the name that power knows it by; None where it has none, or none with a power here."""
    corrected = estimand.test.continuity_correction
    match estimand.test.method:
        case "none":
            is_ancova = estimand.interval.method in {"ancova_t", "ancova_hc3_t"}
            return "ancova-t" if is_ancova else None
        case "ancova":
            return "ancova-t"
        case "cochran_mantel_haenszel":
            return "cochran-mantel-haenszel" + ("-corrected" if corrected else "")
        case "pearson_chi_square":
            return "pearson-chi-square" + ("-yates" if corrected else "")
        case "fisher_exact" | "barnard" | "boschloo" | "farrington_manning" as method:
            return method.replace("_", "-")
        case _:
            return None


def _tell_strata(estimand: Estimand) -> str:
    return f", over {' and '.join(estimand.test.strata)}" if estimand.test.strata else ""


def _list_strata(trial: Trial, estimand: Estimand) -> tuple[str, ...]:
    """The strata of the test: the levels of its factors, crossed."""
    names = [""]
    for factor in trial.randomization.factors:
        if factor.id in estimand.test.strata:
            names = [f"{name}/{level.id}".lstrip("/") for name in names for level in factor.levels]
    return tuple(names) if names != [""] else ()
