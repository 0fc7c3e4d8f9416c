"""What the people of the pharmacy do: stock, and the bags of a day."""

from datetime import date, timedelta
from typing import Final

from myotis.log.act import Act
from myotis.pharmacy.acts.check_bag import CheckBag
from myotis.pharmacy.acts.prepare_bag import PrepareBag
from myotis.pharmacy.acts.receive_stock import ReceiveStock
from myotis.pharmacy.acts.release_bag import ReleaseBag
from myotis.pharmacy.dispensary import Order
from myotis.pharmacy.roles import Role
from myotis.simulate.driven.people import find_pharmacist
from myotis.simulate.driven.worlds import Worlds
from myotis.terms.units import Quantity

VIALS: Final = 100_000_000
"""Of each size: more than any virtual trial needs."""

PLACEBO_SIZE: Final = "500 mL"

LASTS_DAYS: Final = 365_000
"""So long do virtual vials keep: 10,000 subjects enroll for some 200 years."""

MINUTES: Final = 0.2
"""How far an act moves the common clock."""


class PharmacyPeople:
    """The pharmacists of one trial."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds

    def fill_stock(self, today: date) -> None:
        """One lot of each product in each size."""
        trial = self.worlds.trial
        preparation = trial.conduct.preparation if trial.conduct else None
        assert preparation is not None, "a pharmacy is opened with [conduct.preparation] only"
        for treatment in trial.treatments:
            sizes = [Quantity.parse(PLACEBO_SIZE, ("mL",))] if treatment.imitates else list(preparation.vial_sizes)
            for size in sizes:
                stock = ReceiveStock(
                    product=treatment.id, lot=f"{treatment.id.upper()}1", size=size, count=VIALS,
                    expires=today + timedelta(days=LASTS_DAYS),
                )  # fmt: skip
                self._act(stock)

    def make_bag(self, order: Order, day: int) -> None:
        """Prepare, check and release the bag of a day of an order."""
        self._act(PrepareBag(subject=order.subject, order=order.id, day=day))
        label = self.worlds.pharmacy.state.orders[order.id].labels[-1]
        self._act(CheckBag(label=label, passed=True), second=True)
        self._act(ReleaseBag(label=label))

    def find_order(self, subject: str, visit: str) -> Order:
        """The open order of a subject for a visit."""
        dispensary = self.worlds.pharmacy.state
        orders = [dispensary.orders[name] for name in dispensary.subjects[subject].orders]
        return next(order for order in orders if order.visit == visit and not order.cancelled)

    def _act(self, act: Act, *, second: bool = False) -> None:
        self.worlds.clock.move(MINUTES)
        self.worlds.pharmacy.carry_out(act, find_pharmacist(Role.PHARMACIST, second=second))
