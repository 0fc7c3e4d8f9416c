"""Record which treatment somebody believes a subject is given, so that blinding can be judged."""

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from myotis.conduct.act import FormAct, Scene
from myotis.conduct.roles import Role
from myotis.errors import Fault
from myotis.terms.states import OFF_TREATMENT, SubjectState

SPEAKS_FOR: Final = {
    "investigator": Role.INVESTIGATOR, "efficacy_assessor": Role.EFFICACY_ASSESSOR, "participant": Role.COORDINATOR,
}  # fmt: skip
"""Who records the guess of each: the participant's the coordinator, everybody else their own."""
UNSURE: Final = "do_not_know"


class GuessTreatment(FormAct):
    """A guess, with how sure it is: the five answers that the blinding index of Bang asks for (Control Clin Trials
    2004;25:143). Once for each who guesses and each time; a first answer stands, and is shown to the data manager only.
    """

    name: ClassVar[str] = "guess_treatment"
    form: ClassVar[str] = "guess"
    keys: ClassVar[tuple[str, ...]] = ("guesser", "moment")
    guesser: Literal["investigator", "efficacy_assessor", "participant"]
    moment: Literal["early", "end_of_first_period", "end_of_treatment"]
    """``early``: after the first dose; ``end_of_first_period``: at the visit that decides the response, before what
    follows is known; ``end_of_treatment``: when treatment is discontinued before that."""
    guess: str
    """An arm of the protocol by its id, or ``do_not_know``."""
    sure: Literal["strongly", "somewhat"] | None = None
    """How strongly it is believed; None for who does not know."""

    def find_misplaced(self, scene: Scene) -> Iterator[Fault]:
        """It is their own guess, at its time, of who does not know better."""
        subject = scene.subject(self.subject)
        if scene.user.role != SPEAKS_FOR[self.guesser]:
            expected = f"a user in the role {SPEAKS_FOR[self.guesser]}"
            yield Fault(what=f"this role does not record the guess of the {self.guesser}", expected=expected)
        if subject.code_broken:
            yield Fault(what="the treatment was disclosed", expected="a subject whose code was not broken")
        visit = scene.trial.response.visit
        if self.moment == "end_of_first_period" and subject.find("visit", visit) is None:
            yield Fault(what=f"the visit {visit} is not recorded", expected="a guess at that visit", column="moment")
        if self.moment == "early" and subject.find("visit", visit) is not None:
            yield Fault(what=f"the visit {visit} was held", expected="a guess before it", column="moment")
        stopped = subject.state in OFF_TREATMENT
        if (self.moment == "end_of_treatment") != stopped and (stopped or self.moment == "end_of_treatment"):
            yield Fault(what="the time of the guess does not fit", expected="end_of_treatment for who is off treatment",
                        column="moment")  # fmt: skip
        if subject.standing == SubjectState.IN_EXTENSION:
            yield Fault(what="the treatment of the extension is known", expected="a guess before it", column="moment")

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """An arm, and how sure; or neither."""
        arms = [arm.id for arm in scene.trial.arms]
        if self.guess not in {*arms, UNSURE}:
            yield Fault(what="this is no arm", expected=f"one of {', '.join(arms)}, {UNSURE}", column="guess")
        if (self.guess == UNSURE) != (self.sure is None):
            yield Fault(what="how sure the guess is does not fit", expected="strongly or somewhat for an arm",
                        column="sure")  # fmt: skip
