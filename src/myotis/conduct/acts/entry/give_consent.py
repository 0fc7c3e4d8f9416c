"""Record informed consent, the first time or to a new version."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from myotis.conduct.act import NumberedFormAct, Scene
from myotis.conduct.amendments import find_wrong_information, put_in_force
from myotis.conduct.study import FormKey, Study, SubjectFile
from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.terms.states import SubjectState


class GiveConsent(NumberedFormAct):
    """A participant consents to take part, or consents again to a new version of the information.

    The first consent begins the subject's record; its identifier is the site's and a number, and nothing personal.
    """

    name: ClassVar[str] = "give_consent"
    form: ClassVar[str] = "consent"
    subject: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,12}-\d{3,6}$")]
    consent_version: str
    """The version of the information that was signed."""
    signed_by: str = "participant"
    """Who signed: ``participant`` or ``representative``."""

    def key(self, scene: Scene) -> FormKey:
        """The next number; 1 for a new subject."""
        known = scene.study.subjects.get(self.subject)
        return FormKey(self.form, (str(len(known.all_of(self.form)) + 1 if known else 1),))

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """A new subject is of the user's site; a known one has not consented to this version before."""
        known = scene.study.subjects.get(self.subject)
        if known is None and self.subject.split("-")[0] != scene.user.site:
            expected = f"an identifier that begins with {scene.user.site}-"
            yield Fault(what="the identifier is not of the user's site", expected=expected, column="subject")
        if known and any(self.consent_version == form.items["consent_version"] for form in known.all_of(self.form)):
            yield Fault(what="consent to this version is recorded already", expected="a new version")
        yield from find_wrong_information(scene.study, known.site if known else scene.user.site, self.consent_version)
        if self.signed_by not in {"participant", "representative"}:
            yield Fault(what="it is not said who signed", expected="participant or representative", column="signed_by")

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The subject is in screening; or one more consent."""
        name = str(entry.subject)
        if name not in study.subjects:
            study.subjects[name] = SubjectFile(name, str(entry.site), SubjectState.SCREENING)
        super().apply(study, entry)
        put_in_force(study, study.subjects[name])
