"""What is laid over other assumptions: dropout, interim analyses, a prior. What it leaves is theirs."""

from dataclasses import dataclass, replace
from typing import Self

from myotis.statistics.power.assumptions import Assumptions, Options
from myotis.statistics.result import Alternative


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOver(Assumptions):
    """Assumptions over others; what stands here is theirs."""

    assumptions: Assumptions

    @property
    def alpha(self) -> float:
        return self.assumptions.alpha

    @property
    def alternative(self) -> Alternative:
        return self.assumptions.alternative

    @property
    def effect(self) -> float:
        return self.assumptions.effect

    @property
    def method(self) -> str:
        return self.assumptions.method

    @property
    def reference(self) -> str:
        return self.assumptions.reference

    @property
    def options(self) -> Options:
        return self.assumptions.options

    @property
    def null(self) -> float:
        return self.assumptions.null

    @property
    def effect_limits(self) -> tuple[float, float]:
        return self.assumptions.effect_limits

    @property
    def unit(self) -> float:
        return self.assumptions.unit

    @property
    def jumps(self) -> bool:
        return self.assumptions.jumps

    @property
    def most_subjects(self) -> int:
        return self.assumptions.most_subjects

    def with_effect(self, effect: float) -> Self:
        return replace(self, assumptions=self.assumptions.with_effect(effect))

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        return replace(self, assumptions=self.assumptions.with_error(alpha, alternative))
