"""Report that a bag holds, or held, another treatment than it should."""

from collections.abc import Iterator
from typing import Any, ClassVar

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.pharmacy.act import PharmacyAct, Scene
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.stops import name_stopped, stop_bags, tell_stopped


class ReportDispensingError(PharmacyAct):
    """What a bag really holds. What was given in its cycle changes with it; a bag that can still be infused is stopped.

    The volume of a bag is not asked here: what the site infused is what it recorded.
    """

    name: ClassVar[str] = "report_dispensing_error"
    needs_reason: ClassVar[bool] = True
    label: str
    holds: str
    """The treatment that is in the bag."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """There is such a bag, and it is not known already to hold that."""
        bag = scene.dispensary.bags.get(self.label)
        if bag is None:
            yield Fault(what="there is no bag with the label", expected="the label of a bag", column="label")
        elif bag.holds == self.holds:
            yield Fault(what="this is what the bag is known to hold", expected="another treatment", column="holds")
        if self.holds not in {treatment.id for treatment in scene.trial.treatments}:
            yield Fault(what="the protocol has no such treatment", expected="a treatment of it", column="holds")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """Whether the bag is stopped."""
        bag = scene.dispensary.bags[self.label]
        return name_stopped([bag] if bag.live else [])

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """Not to use the bag."""
        yield from tell_stopped(scene, entry)

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The bag holds something else."""
        stop_bags(dispensary, entry)
        bag = dispensary.bags[entry.get("label")]
        bag.holds = entry.get("holds")
        bag.errors.append(entry.number)
