"""What is laid over models of assumptions: dropout by either treatment, and interim analyses."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from myotis.design.planned import Setup, check_name, take_test
from myotis.errors import SettingError, StatisticsError
from myotis.statistics.group_sequential.boundaries import Boundary, compute_boundary
from myotis.statistics.group_sequential.design import GroupSequentialDesign
from myotis.statistics.group_sequential.spending import Spending, compute_spending_boundary
from myotis.statistics.power.assumptions import Assumptions, ResponseAssumptions
from myotis.statistics.power.assurance import Assurance
from myotis.statistics.power.dropout import DropoutsAsNonresponders, DropoutsRemoved
from myotis.statistics.power.priors import Prior
from myotis.statistics.power.sequential import GroupSequential

Dropouts = Literal["removed", "nonresponders"]


def build_all(builders: Sequence[Callable[[], Assumptions]]) -> list[Assumptions]:
    """What all builders make; raises SettingError with the faults of all of them."""
    built, faults = [], []
    for build in builders:
        try:
            built.append(build())
        except (StatisticsError, SettingError) as error:
            faults.append(str(error))
    if faults:
        raise SettingError("; ".join(dict.fromkeys(faults)))
    return built


def lay_all(
    assumed: Sequence[Assumptions],
    *,
    design: GroupSequentialDesign | None = None,
    dropout: tuple[float, float] = (0.0, 0.0),
    dropouts: Literal["removed", "nonresponders", "both"] | None = None,
    prior: Prior | None = None,
) -> list[Assumptions]:
    """Every model under dropout by each treatment that is named, under interim analyses, and under a prior.

    Raises SettingError where there is dropout and no treatment of it, or the other way round, and as the layers do.
    """
    if any(dropout) != (dropouts is not None):
        raise SettingError(
            "a dropout and what becomes of it go together; expected --dropout with --dropouts removed, nonresponders "
            "or both"
        )
    ways: list[Dropouts | None] = ["removed", "nonresponders"] if dropouts == "both" else [dropouts]
    return build_all([partial(_lay, one, design, way, dropout, prior) for one in assumed for way in ways])


def _lay(
    assumptions: Assumptions,
    design: GroupSequentialDesign | None,
    way: Dropouts | None,
    dropout: tuple[float, float],
    prior: Prior | None,
) -> Assumptions:
    """Non-response changes what is looked at, removal how many are: interim analyses and a prior lie between."""
    if way == "nonresponders":
        if not isinstance(assumptions, ResponseAssumptions):
            raise SettingError("only dropouts of responders can count as non-responders; expected them removed")
        assumptions = DropoutsAsNonresponders(assumptions=assumptions, dropout1=dropout[0], dropout2=dropout[1])
    if design is not None:
        assumptions = GroupSequential(assumptions=assumptions, design=design)
    if prior is not None:
        assumptions = Assurance(assumptions=assumptions, prior=prior)
    if way == "removed":
        assumptions = DropoutsRemoved(assumptions=assumptions, dropout1=dropout[0], dropout2=dropout[1])
    return assumptions


def read_looks(
    setup: Setup, looks: str | None, boundary: str | None, shape: float | None
) -> GroupSequentialDesign | None:
    """The design of looks at information fractions such as 0.5,1; None without looks.

    Raises SettingError where looks have no boundary or a boundary has no looks, and for what is no boundary.

    >>> setup = Setup(alpha=0.05, alternative="two-sided", test="wald", said={})
    >>> read_looks(setup, "0.5,1", "obrien-fleming-type", None).upper.round(3).tolist()
    [2.963, 1.969]
    """
    if looks is None and boundary is None and shape is None:
        return None
    if looks is None or boundary is None:
        raise SettingError("interim analyses need both; expected --looks and --boundary")
    try:
        return _build_boundary(setup, [float(part) for part in looks.split(",")], boundary, shape)
    except ValueError as error:
        raise SettingError(f"the looks are {looks}; expected fractions that end at 1, such as 0.5,1") from error
    except StatisticsError as error:
        raise SettingError(str(error)) from error


def _build_boundary(
    setup: Setup, information: Sequence[float], boundary: str, shape: float | None
) -> GroupSequentialDesign:
    alpha, alternative, _ = take_test(setup)
    sides: Literal[1, 2] = 2 if alternative == "two-sided" else 1
    check_name(boundary, *Boundary, *Spending)
    if boundary in set(Spending):
        return compute_spending_boundary(information, method=boundary, alpha=alpha, sides=sides, shape=shape)
    name = {Boundary.WANG_TSIATIS.value: "delta", Boundary.HAYBITTLE_PETO.value: "interim"}.get(boundary)
    if shape is not None and name is None:
        raise SettingError(f"the boundary {boundary} has no shape; expected no --shape")
    if shape is None and name is not None:
        raise SettingError(f"the boundary {boundary} has a shape ({name}); expected --shape")
    options = {name: shape} if name else {}
    return compute_boundary(information, method=boundary, alpha=alpha, sides=sides, **options)
