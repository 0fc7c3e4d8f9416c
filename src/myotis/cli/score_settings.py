"""What the options of ``myotis score`` mean for the settings of the TIS."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from myotis.errors import SettingError
from myotis.instruments.chq import chq_phs
from myotis.instruments.core_set import CORE_SETS, Criteria
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_levels import Slot
from myotis.instruments.tis_rule import AboveRange, EnzymeChoice, MissingPolicy, NormalEnzymes
from myotis.protocol.trial import Trial

OPTIONS = {
    "missing": MissingPolicy,
    "enzyme_choice": EnzymeChoice,
    "normal_enzymes": NormalEnzymes,
    "above_range": AboveRange,
}


def choose_settings(
    trial: Trial,
    criteria: StrEnum | None,
    chosen: Mapping[str, StrEnum | None],
    enzyme_multiples: Sequence[str],
    chq_phs_range: tuple[int, int] | None,
) -> TisSettings:
    """The protocol's settings with what the command line says instead. Raises SettingError where they don't fit."""
    named: dict[str, Any] = {name: OPTIONS[name][value.name] for name, value in chosen.items() if value is not None}
    multiples = dict(_multiple(text) for text in enzyme_multiples)
    planned = trial.tis.settings
    if chq_phs_range is not None and chq_phs_range[0] >= chq_phs_range[1]:
        raise SettingError("--chq-phs-range takes the lowest and the highest score, in this order")
    summary = chq_phs(*chq_phs_range) if chq_phs_range else None
    if criteria is None or Criteria(criteria) is planned.criteria:
        if multiples:
            named["enzyme_multiples"] = {**planned.multiples, **multiples}
        return replace(planned, **named, chq_phs=summary or planned.chq_phs)
    form = Criteria(criteria)
    strength = CORE_SETS[form].measures[Slot.STRENGTH][0].name
    # The ranges of enzymes are those of the protocol's own population, so they don't come along.
    return replace(planned, criteria=form, strength=strength, enzyme_multiples=multiples, chq_phs=summary, **named)


def _multiple(text: str) -> tuple[str, int]:
    name, equals, number = text.partition("=")
    if not equals or not number.strip().isdecimal():
        raise SettingError(f"--enzyme-multiple {text} is not of the form ck=15")
    return name.strip().lower(), int(number)
