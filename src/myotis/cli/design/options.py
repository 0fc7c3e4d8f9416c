"""Options that the commands of ``myotis design`` share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class AlternativeName(StrEnum):
    """On which side of the null hypothesis a test rejects."""

    TWO_SIDED = "two-sided"
    GREATER = "greater"
    LESS = "less"


class DirectionName(StrEnum):
    """On which side of the null hypothesis a detectable effect is looked for."""

    GREATER = "greater"
    LESS = "less"


class DropoutsName(StrEnum):
    """What becomes of those who drop out."""

    REMOVED = "removed"
    NONRESPONDERS = "nonresponders"
    BOTH = "both"


ASKED = "Leave it out to be told it."

EstimandName = Annotated[
    str | None, typer.Option("--estimand", help="The estimand of the plan; else the first of its kind.", metavar="ID")
]
Ratio = Annotated[str | None, typer.Option(help="Subjects of the group to those of the comparator.", metavar="2:1")]
Alpha = Annotated[
    float | None, typer.Option(help="The type I error, of both sides where there are two.", min=1e-9, max=0.999)
]
Alternative = Annotated[AlternativeName | None, typer.Option(help="Where the test rejects.")]
Subjects = Annotated[
    list[str] | None,
    typer.Option(
        help=f"A total (94), a range with its step (40:120:2), or two groups (47+48); any number of them. {ASKED}",
        metavar="N",
    ),
]
Power = Annotated[list[float] | None, typer.Option(help=f"The power; any number of them. {ASKED}", min=0.0, max=1.0)]
Direction = Annotated[DirectionName, typer.Option(help="Where a detectable effect is looked for.")]
Dropout = Annotated[float, typer.Option(help="The share that drops out.", min=0.0, max=0.99)]
ComparatorDropout = Annotated[
    float | None, typer.Option(help="The share of the comparator that drops out, if another.", min=0.0, max=0.99)
]
Looks = Annotated[
    str | None, typer.Option(help="Information fractions of interim analyses, ending at 1.", metavar="0.5,1")
]
BoundaryName = Annotated[
    str | None,
    typer.Option(
        "--boundary",
        help="The boundary or spending function of the looks, such as obrien-fleming-type.",
        metavar="NAME",
    ),
]
Shape = Annotated[float | None, typer.Option(help="The shape of a boundary that has one.")]
OutFile = Annotated[
    Path | None, typer.Option("--out", help="A table of all answers: .csv, .tsv or .parquet.", metavar="FILE")
]
FigureFile = Annotated[
    Path | None, typer.Option("--figure", help="Power over several --subjects, drawn: .svg.", metavar="FILE")
]
