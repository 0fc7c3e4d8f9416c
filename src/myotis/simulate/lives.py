"""The lives of virtual subjects as arrays: who they are, how they fare, what was recorded of them."""

from typing import Final, NamedTuple, Self

import numpy as np

from myotis.instruments.tis import COLUMN_COUNT
from myotis.rules.deterioration import FIELD_COUNT
from myotis.simulate.truth import Numbers, Truth
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps

FIRST: Final = {
    "recovery": 0, "flare_size": 0, "flare_until": 0, "since": 0, "reacted": 0, "present": 1,
    "switched": MISSING, "left": MISSING, "reason": MISSING,
}  # fmt: skip
"""What goes on from visit to visit, and how it begins; all else is written anew with every subject."""


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
        visits, measures = until + 1, truth.measured.shape[1]
        rows, columns, kinds = int(truth.row[: until + 1].max()) + 1, count_columns(truth), len(truth.mean_events)

        def whole(*shape: int, start: int = 0) -> Steps:
            return np.full((count, *shape), start, dtype=np.int64, order="F")

        def real(*shape: int) -> Numbers:
            return np.zeros((count, *shape), order="F")

        return cls(
            site=whole(), female=whole(), age=whole(), weight_kg=real(), height_cm=real(), true=real(measures),
            trait=real(measures), rater=real(measures), uln=whole(measures), patience=real(), recovery=real(measures),
            flare_size=real(), flare_until=whole(), treatment=whole(), since=whole(), switched=whole(start=MISSING),
            present=whole(start=1), enrolled=whole(), came=whole(visits), held=whole(visits),
            left=whole(start=MISSING), reason=whole(start=MISSING), reacted=whole(),
            given=whole(visits, start=MISSING), events=whole(visits, kinds), x=whole(rows, columns, start=MISSING),
            status=whole(rows, FIELD_COUNT, start=MISSING),
        )  # fmt: skip

    def begin_again(self) -> Self:
        """Other lives in the same place: memory that was just used is quicker than new memory."""
        for name, start in FIRST.items():
            getattr(self, name)[:] = start
        return self

    def cut(self, first: int, after: int) -> Self:
        """The lives from one to before another; the arrays are shared."""
        return self._replace(**{name: values[first:after] for name, values in self._asdict().items()})


def count_columns(truth: Truth) -> int:
    """The columns of a recorded visit."""
    return max(COLUMN_COUNT, int(truth.column.max()) + 1)
