"""The lives of virtual subjects as arrays: who they are, how they fare, what was recorded of them."""

from typing import Final, NamedTuple, Self

import numpy as np

from myotis.instruments.tis import COLUMN_COUNT
from myotis.rules.deterioration import FIELD_COUNT
from myotis.simulate.room import Room
from myotis.simulate.truth import Numbers, Truth
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps

FIRST: Final = {"present": 1} | dict.fromkeys(("switched", "left", "reason", "given", "x", "status"), MISSING)
"""What is not 0 in lives that nothing is known of yet."""

GOING_ON: Final = (
    "recovery", "flare_size", "flare_until", "since", "switched", "present", "left", "reason", "reacted"
)  # fmt: skip
"""What goes on from visit to visit; all else is written anew with every subject."""

REAL: Final = ("weight_kg", "height_cm", "true", "trait", "rater", "patience", "recovery", "flare_size", "proneness")


class Lives(NamedTuple):
    """Arrays by life. The lives of a batch are its subjects in order of enrollment, each in all trials of the batch.

    In memory lives are neighbors, whatever else an array counts, so that what happens to everybody alike goes through
    it in steps of one.
    """

    site: Steps
    female: Steps
    age: Steps
    weight_kg: Numbers
    height_cm: Numbers
    true: Numbers
    """[life, measure]: the distance from the best value at baseline; of enzymes the logarithm of the multiple."""
    trait: Numbers
    """[life, measure]: how far recovery lies from the mean of the treatment, in standard deviations."""
    rater: Numbers
    """[life, measure]: how much worse the site's rater finds a state."""
    uln: Steps
    """[life, measure]: the ULN of the site's laboratory in U/L; 0 for other measures."""
    patience: Numbers
    """How much hazard of leaving the subject still bears: exponential with mean 1 at first."""
    recovery: Numbers
    """[life, measure]: the share of the distance that is recovered now."""
    flare_size: Numbers
    flare_until: Steps
    """Study day."""
    treatment: Steps
    """The treatment that is given now."""
    since: Steps
    """The visit since which it is."""
    switched: Steps
    """The visit of the switch; MISSING where there was none."""
    present: Steps
    """1 while the subject is in the trial."""
    enrolled: Steps
    """The day of the first visit, counted from the first subject's."""
    came: Steps
    """[life, visit]: the day on which the visit is held, if it is, counted likewise."""
    held: Steps
    """[life, visit]: 1 where it was."""
    left: Steps
    """The visit before which, or at whose gate, the subject left; MISSING where it did not."""
    reason: Steps
    """The position of the reason for leaving; the number of reasons where the gate was closed."""
    proneness: Numbers
    """How many times as often as others the subject has adverse events."""
    reacted: Steps
    """1 once raters believe that they know the treatment."""
    given: Steps
    """[life, visit]: the treatment that was given; MISSING where none was."""
    events: Steps
    """[life, visit, kind]: the number of adverse events after the infusion."""
    x: Steps
    """[life, row, column]: what was recorded, as scoring takes it; measures beside the core set follow."""
    status: Steps
    """[life, row, field]: deterioration."""

    @classmethod
    def begin(cls, count: int, truth: Truth, until: int) -> Self:
        """Lives that nothing is known of yet, with rows for the visits up to one."""
        visits, measures = until + 1, truth.place.shape[1]
        rows, columns = int(truth.row[: until + 1].max()) + 1, count_columns(truth)
        more = {
            "true": (measures,), "trait": (measures,), "rater": (measures,), "uln": (measures,),
            "recovery": (measures,), "came": (visits,), "held": (visits,), "given": (visits,),
            "events": (visits, len(truth.mean_events)), "x": (rows, columns), "status": (rows, FIELD_COUNT),
        }  # fmt: skip
        arrays = {
            name: np.full((count, *more.get(name, ())), FIRST.get(name, 0), float if name in REAL else np.int64, "F")
            for name in cls._fields
        }
        return cls(**arrays)

    @classmethod
    def begin_again(cls, count: int, truth: Truth, until: int, room: Room) -> Self:
        """Other lives in the place of earlier ones, if the room had so many of the same measures: most of a life is
        written anew with every subject, and memory that was just used is quicker than new memory."""
        alike = (truth.column.tobytes(), truth.place.tobytes(), truth.rated.tobytes(), len(truth.mean_events))
        lives = room.keep(("lives", count, until, alike), lambda: cls.begin(count, truth, until))
        for name in GOING_ON:
            getattr(lives, name)[:] = FIRST.get(name, 0)
        return lives

    def cut(self, first: int, after: int) -> Self:
        """The lives from one to before another; the arrays are shared."""
        return self._replace(**{name: values[first:after] for name, values in self._asdict().items()})


def count_columns(truth: Truth) -> int:
    """The columns of a recorded visit."""
    return max(COLUMN_COUNT, int(truth.column.max()) + 1)
