"""Record a laboratory result. What would tell the treatment is sealed as it arrives."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from myotis.conduct.act import FormAct, Scene, find_stale
from myotis.conduct.adverse_events import is_future
from myotis.conduct.restricted import RESTRICTED, name_context, pack_result
from myotis.conduct.roles import Role
from myotis.conduct.study import FormKey, Study, record_form
from myotis.errors import Fault, SealError
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.protocol.trial import Trial

MEASURED: Final = ("value", "lower_limit", "upper_limit")
"""What is measured, and the laboratory's limits of normal."""

Measured = Annotated[str, StringConstraints(pattern=r"^[\w.+<>-]{1,24}$")]


class RecordResult(FormAct):
    """One result of one analyte, at a visit or on a date, in the protocol's unit.

    A visible result is a form ``result/W4/hemoglobin``. A restricted one is ``restricted_result/W4/igg``, which holds a
    sealed text and nothing else of it; neither errors nor what the system says depend on what is in it. A laboratory
    that has to send a restricted result again names the version it sent before, and why, in one word.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    name: ClassVar[str] = "record_result"
    takes_reason: ClassVar[bool] = False
    form: ClassVar[str] = "result"
    keys: ClassVar[tuple[str, ...]] = ("at", "analyte")
    at: Annotated[str, StringConstraints(pattern=r"^([A-Za-z][A-Za-z0-9_]*|\d{4}-\d{2}-\d{2})$")]
    """The visit that the sample belongs to, or its date."""
    analyte: str
    collected: AwareDatetime
    value: Annotated[Measured, Field(exclude=True, repr=False)]
    """As the laboratory wrote it: a number, or a grade."""
    lower_limit: Annotated[Measured | None, Field(exclude=True, repr=False)] = None
    upper_limit: Annotated[Measured | None, Field(exclude=True, repr=False)] = None
    saw: int = 0
    """The version of a restricted result that this one takes the place of; 0 for the first."""
    because: Literal["repeated", "wrong_transcription", "other_sample"] | None = None
    """Why a restricted result is sent again."""

    def key(self, scene: Scene) -> FormKey:
        """A form of its own name for results that are not the site's to see."""
        restricted = find_analytes(scene.trial).get(self.analyte) == "safety_physician"
        return FormKey(RESTRICTED if restricted else self.form, (self.at, self.analyte))

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The analyte is one of the protocol, and the result is new or takes the place of one."""
        key = self.key(scene)
        if key.form != RESTRICTED:
            yield from super().find_obstacles(scene)
            return
        yield from self.find_wrong_items(scene)
        before = scene.subject(self.subject).forms.get(key)
        if before is not None or self.saw:
            yield from find_stale(before, self.saw, key)
        if (self.because is None) != (before is None):
            yield Fault(what="it is not said whether the result is new", expected="a reason for one that is sent again",
                        column="because")  # fmt: skip
        if scene.means.seal_result is None:
            yield Fault(what="the result can't be sealed", expected="the key of the safety physician",
                        remedy="Tell the sponsor; send nothing in another way.")  # fmt: skip

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """The protocol has the analyte, and a visible value is a number. Restricted values are not looked at."""
        analytes = find_analytes(scene.trial)
        if self.analyte not in analytes:
            yield Fault(what="the protocol has no such analyte, so it is not known who may see it",
                        expected=", ".join(analytes), column="analyte", remedy="Tell the sponsor.")  # fmt: skip
            return
        if is_future(self.collected, scene.now, scene.occurred):
            yield Fault(what="the sample lies in the future", expected="a time up to now", column="collected")
        if analytes[self.analyte] == "site":
            for column in MEASURED:
                text = getattr(self, column)
                if text is not None and not _is_number(text):
                    yield Fault(what=f"{column} is no number", expected="a number that is not negative", column=column)
            if self.saw or self.because:
                yield Fault(what="a visible result is not sent again", expected="a correction of the value",
                            column="because", remedy="Correct the value.")  # fmt: skip

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """What was measured, as it is or sealed."""
        key = self.key(scene)
        if key.form == RESTRICTED:
            return {"envelope": self._seal(scene, key)}
        return self._collect()

    def _collect(self) -> dict[str, Any]:
        return {name: text for name in MEASURED if (text := getattr(self, name)) is not None}

    def _seal(self, scene: Scene, key: FormKey) -> str:
        assert scene.means.seal_result is not None, "without it there was an obstacle"
        try:
            return scene.means.seal_result(pack_result(self._collect()), name_context(self.subject, *key.which))
        except Exception as error:
            kind = type(error).__name__
        # The error itself is left behind: it, or its traceback, may show what was to be sealed.
        raise SealError(
            f"the result could not be sealed ({kind}), and nothing was kept of it; tell who runs the system"
        )

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The safety physician hears that there is something to open."""
        key = self.key(scene)
        if key.form == RESTRICTED:
            yield Told("result_arrived", {"about": str(key)}, "conduct", str(key), (Role.SAFETY_PHYSICIAN,),
                       self.subject)  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """A form that the site sees, or one that it doesn't."""
        record_form(study, entry, RESTRICTED if "envelope" in entry.values else cls.form, cls.keys)


def find_analytes(trial: Trial) -> dict[str, str]:
    """What a laboratory may send, each with who sees it: the protocol's analytes, and the enzymes of the core set,
    which the site sees, since the rules of the trial are told with them."""
    enzymes = dict.fromkeys(trial.tis.settings.enzymes, "site")
    declared = trial.conduct.analytes if trial.conduct else ()
    return enzymes | {analyte.id: analyte.visible_to for analyte in declared}


def _is_number(text: str) -> bool:
    try:
        return Fraction(text) >= 0
    except (ValueError, ZeroDivisionError):
        return False
