"""CHQ-PhS: the physical summary score of the Child Health Questionnaire, as its licensee computed it.

The questionnaire and its coefficients are licensed, so the score isn't computed here. No source gives the range
over which the TIS takes its change; whoever scores with the PRINTO core set has to say it.
"""

from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.source import Source, Sourced, Status

CHQ_GRID = Grid("points", 1000, 1_000_000)


CHQ_PHS_RANGE = Sourced(
    "a required setting",
    "CHQ-PhS: range",
    Source("Rider 2017, doi 10.1002/art.40060", Status.OPEN, "no source gives the range that the TIS uses"),
)


def chq_phs(minimum: int, maximum: int) -> Measure:
    """The measure CHQ-PhS over the range that the trial says, in whole points.

    Raises ValueError where the minimum is not below the maximum, or a limit is beyond what the grid holds.

    >>> chq_phs(0, 100).name
    'chq_phs'
    """
    largest = CHQ_GRID.largest // CHQ_GRID.steps_per_unit
    if not max(abs(minimum), abs(maximum)) <= largest:
        raise ValueError(f"chq_phs: the range {minimum} to {maximum} is not within -{largest} to {largest} points")
    return Measure(
        name="chq_phs",
        label="CHQ-PhS",
        grid=CHQ_GRID,
        minimum=minimum,
        maximum=maximum,
        better=Better.HIGHER,
        source=Source("the trial's own setting", Status.OPEN, "no source gives the range that the TIS uses"),
    )
