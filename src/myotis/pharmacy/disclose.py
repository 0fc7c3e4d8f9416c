"""An as-of copy of the treatments, sealed to the statistician of the data safety monitoring board."""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from myotis.datasets.treatments import ARMS, GIVEN
from myotis.keys.canonical import write_canonical
from myotis.log.act import User
from myotis.log.desk import Desk
from myotis.log.entry import Entry, format_time
from myotis.pharmacy.acts.seal_for_dsmb import SealForDsmb
from myotis.pharmacy.disagreements import Disagreement
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.reveal import RevealedTreatments, reveal_treatments

FORM: Final = "myotis treatments 1"


def seal_for_dsmb(
    pharmacy: Desk[Dispensary], user: User, conduct: Iterable[Entry], as_of: datetime, seal: Callable[[bytes], bytes]
) -> bytes:
    """Seal what both logs had recorded by a time: who was randomized to what, and what was given.

    ``seal`` seals bytes to the DSMB statistician's key. The act is recorded before the copy is handed over. Raises
    RefusalError where the user may not.
    """
    trial = pharmacy.state.trial
    revealed = reveal_treatments(conduct, pharmacy.store.read(), trial, as_of=as_of)
    copy = seal(write_copy(revealed, trial.trial.id, as_of).encode())
    pharmacy.carry_out(SealForDsmb(as_of=as_of, copy_digest=hashlib.sha256(copy).hexdigest()), user)
    return copy


def copy_context(study: str) -> str:
    """What a sealed copy is bound to."""
    return f"{study}/dsmb copy"


def read_copy(text: str) -> RevealedTreatments:
    """The treatments of an opened copy. Raises ValueError where it is none."""
    try:
        copy = json.loads(text)
        if copy["form"] != FORM:
            raise ValueError("the text is not a copy of treatments")
        disagreements = tuple(Disagreement(*one) for one in copy["disagreements"])
        return RevealedTreatments(ARMS.build(copy["ARMS"]), GIVEN.build(copy["GIVEN"]), disagreements)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the text is not a copy of treatments") from error


def write_copy(revealed: RevealedTreatments, study: str, as_of: datetime) -> str:
    """The copy as JSON, before it is sealed."""
    copy: dict[str, Any] = {
        "form": FORM, "study": study, "as_of": format_time(as_of), "ARMS": revealed.arms.to_dicts(),
        "GIVEN": revealed.given.to_dicts(), "disagreements": [list(one) for one in revealed.disagreements],
    }  # fmt: skip
    return write_canonical(copy)
