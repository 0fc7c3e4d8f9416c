"""Record who the subject is, as far as the trial needs it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from myotis.conduct.act import FormAct


class RecordDemographics(FormAct):
    """Age and sex. Dates of birth stay at the site."""

    name: ClassVar[str] = "record_demographics"
    form: ClassVar[str] = "demographics"
    age: Annotated[int, Field(ge=0, le=120)]
    """Age at consent, in years."""
    sex: Literal["F", "M", "U"]
    can_become_pregnant: bool = False
