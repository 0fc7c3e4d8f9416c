"""Acts after which a subject is dosed no more, for good or until further notice: their open orders are cancelled."""

from collections.abc import Iterator
from typing import Any

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.doses import ask_to_cancel, cancel_order, list_open_orders
from myotis.conduct.study import Study
from myotis.log.act import Told
from myotis.log.entry import Entry

CANCELS = "cancels"


class EndsDosing(SubjectAct):
    """An act that ends dosing. Its entry names the orders that it cancels."""

    def ends_dosing(self, scene: Scene) -> bool:  # noqa: ARG002
        """Does it, as it is done here?"""
        return True

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The orders that are cancelled, if any."""
        added = super().add_values(scene)
        orders = [form.items["order"] for form in list_open_orders(scene.subject(self.subject))]
        return added | {CANCELS: orders} if orders and self.ends_dosing(scene) else added

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """The pharmacy is asked to cancel them."""
        yield from super().tell(scene, entry)
        for order in entry.get(CANCELS, ()):
            yield ask_to_cancel(self.subject, order)


def cancel_orders(study: Study, entry: Entry) -> None:
    """Cancel the orders that an entry names."""
    named = set(entry.get(CANCELS, ()))
    for form in list_open_orders(study.subject_of(entry)):
        if form.items["order"] in named:
            cancel_order(form, entry)
