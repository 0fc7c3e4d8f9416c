"""Whether a bag can be prepared from what is in stock, whichever treatment it were to hold."""

from datetime import date
from fractions import Fraction

from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.treatment import list_possible
from myotis.pharmacy.vials import choose_vials


def is_in_stock(dispensary: Dispensary, visit: str, volumes_ml: tuple[Fraction, ...], on: date) -> bool:
    """Are there vials of every treatment that the cycle could be given, for bags of these volumes, usable up to a day?

    It must be every one: were it the subject's own only, the answer would tell which that is.
    """
    return all(_has(dispensary, product, volumes_ml, on) for product in list_possible(dispensary.trial, visit))


def _has(dispensary: Dispensary, product: str, volumes_ml: tuple[Fraction, ...], on: date) -> bool:
    left = dispensary.usable(product, on)
    for volume_ml in volumes_ml:
        chosen = choose_vials(left, volume_ml)
        if chosen is None:
            return False
        for taken in chosen:
            left[taken.vial] -= taken.number
    return True
