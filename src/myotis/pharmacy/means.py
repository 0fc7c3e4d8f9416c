"""What a pharmacy opens slots and allocates with: the sealed list and its key, or the procedure of minimization."""

from collections.abc import Callable, Mapping, Sequence

from myotis.keys.envelope import seal_envelope
from myotis.keys.pairs import PrivateKey, PublicKey
from myotis.keys.records import SignedRecord
from myotis.log.store import Entropy
from myotis.pharmacy.act import Totals
from myotis.pharmacy.cards import allocation_context
from myotis.protocol.trial import Trial
from myotis.randomize.approve import check_approved
from myotis.randomize.bits import SeededBits
from myotis.randomize.procedures.minimization import Minimization, draw_minimized_arm
from myotis.randomize.seal import write_slot
from myotis.randomize.sealed import SealedList, encode
from myotis.randomize.unseal import open_slot

SEED_BYTES = 32


def open_slots(
    sealed: SealedList,
    key: PrivateKey,
    approval: SignedRecord | None,
    keys: Sequence[PublicKey],
    reports: Sequence[SignedRecord] = (),
    *,
    live: bool = True,
) -> Callable[[str], str]:
    """What opens the slots of an approved list with a key: the pharmacy's, or the one of code break.

    Raises SealError where the list is changed, not approved, or (``live``) one for demonstrations.
    """
    check_approved(sealed, approval, keys, reports, live=live)
    return lambda slot_id: open_slot(sealed, slot_id, key)


def allocate_by(options: Minimization, trial: Trial, entropy: Entropy) -> Callable[[Totals, Mapping[str, str]], str]:
    """What draws the arm of a new subject by minimization, its random element from ``entropy``."""
    ratio = dict(trial.randomization.ratio)
    return lambda totals, levels: draw_minimized_arm(SeededBits(entropy(SEED_BYTES)), options, ratio, totals, levels)


def seal_arms_to(key: PublicKey, study: str, entropy: Entropy) -> Callable[[str, str], str]:
    """What seals the arm of a subject without a slot to the code-break key; of the same length whatever the arm."""
    return lambda subject, arm: encode(seal_envelope(key, write_slot(arm, entropy), allocation_context(study, subject)))
