"""Both worlds of a driven trial over their stores: desks, the sealed list between them, and the mail."""

from collections import Counter
from collections.abc import Collection, Sequence

from myotis.conduct.act import Means
from myotis.conduct.acts.dosing.receive_notice import ReceiveNotice
from myotis.conduct.delivery import deliver_notice
from myotis.conduct.desk import open_desk
from myotis.conduct.roles import Role
from myotis.conduct.study import Study
from myotis.keys.pairs import PrivateKey, make_key
from myotis.log.desk import Desk
from myotis.log.store import Store
from myotis.log.subject_keys import MemorySubjectKeys
from myotis.pharmacy.act import Means as PharmacyMeans
from myotis.pharmacy.acts.register_list import ApproveList, RegisterList
from myotis.pharmacy.desk import open_pharmacy
from myotis.pharmacy.dispensary import Dispensary, Notice
from myotis.pharmacy.mail import Mail
from myotis.pharmacy.roles import Role as PharmacyRole
from myotis.protocol.trial import Trial
from myotis.randomize.ledger import next_free_slot
from myotis.randomize.lists import AllocationList
from myotis.randomize.seal import seal_list
from myotis.randomize.sealed import RECIPIENTS, Recipient, SealedList
from myotis.randomize.unseal import open_slot
from myotis.simulate.driven.clock import VirtualClock, VirtualEntropy
from myotis.simulate.driven.people import find_person, find_pharmacist, open_both


class Worlds:
    """The blinded and the unblinded world of one trial, which share a clock and nothing else."""

    def __init__(
        self, trial: Trial, plain: AllocationList, stores: tuple[Store, Store], clock: VirtualClock, seed: int
    ) -> None:
        self.trial = trial
        self.clock = clock
        entropy = VirtualEntropy("list", seed)
        created = clock().isoformat()
        self.keys = {role: make_key(role, f"virtual {role}", created, entropy) for role in (*RECIPIENTS, "list_maker")}
        self.sealed = _seal(plain, self.keys, entropy)
        self.keyring = MemorySubjectKeys()
        self.conduct: Desk[Study] = open_desk(
            trial, stores[0], Means(take_slot=self._take_slot), clock=clock, entropy=VirtualEntropy("conduct", seed),
            keyring=self.keyring,
        )  # fmt: skip
        pharmacy_entropy = VirtualEntropy("pharmacy", seed)
        means = PharmacyMeans(pharmacy_entropy, self._open_slot, list_blinded_people=self._list_people)
        self.pharmacy: Desk[Dispensary] = open_pharmacy(
            trial, stores[1], means, clock=clock, entropy=pharmacy_entropy, keyring=MemorySubjectKeys()
        )
        self.mail = Mail(self.pharmacy, stores[0])
        self._opened: dict[str, str] = {}

    def open(self, sites: Sequence[str]) -> None:
        """Open both, and take the list into use."""
        open_both(self.conduct, self.pharmacy, sites)
        digest = self.sealed.digest
        self.pharmacy.carry_out(RegisterList(list_digest=digest), find_pharmacist(PharmacyRole.LIST_MAKER))
        self.pharmacy.carry_out(ApproveList(list_digest=digest), find_pharmacist(PharmacyRole.STATISTICIAN))

    def exchange_mail(self) -> None:
        """Bring requests to the pharmacy and its notices to the sites, until nothing is left to bring.

        Raises AssertionError where the pharmacy can't deal with a request: a driven trial asks for nothing strange.
        """
        refused = self.mail.take_requests()
        assert not refused, f"the pharmacy refuses {Counter(one.request.word for one in refused)}: {refused[0].faults}"
        undelivered = self.mail.deliver_notices(self._deliver)
        assert not undelivered, f"the site takes no {undelivered[0].notice.word}: {undelivered[0].faults}"

    def _deliver(self, notice: Notice) -> None:
        received = ReceiveNotice(subject=notice.subject, id=notice.id, word=notice.word, values=dict(notice.fields))
        deliver_notice(self.conduct, received, find_person(Role.PHARMACY_LINK))

    def _take_slot(self, stratum: str, taken: Collection[str]) -> str:
        return next_free_slot(self.sealed, stratum, taken)

    def _open_slot(self, slot: str) -> str:
        if slot not in self._opened:  # an act asks more than once
            self._opened[slot] = open_slot(self.sealed, slot, self.keys["pharmacy"])
        return self._opened[slot]

    def _list_people(self) -> Collection[str]:
        return self.conduct.state.roles


def _seal(plain: AllocationList, keys: dict[str, PrivateKey], entropy: VirtualEntropy) -> SealedList:
    recipients: dict[Recipient, object] = {name: keys[name].public for name in RECIPIENTS}
    return seal_list(plain, recipients, keys["list_maker"], entropy)  # type: ignore[arg-type]
