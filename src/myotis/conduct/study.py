"""What the blinded log amounts to: subjects with their states and forms, sites, people, queries, holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol, Self

from myotis.conduct.bags import Bag
from myotis.conduct.clocks import Report
from myotis.conduct.roles import MACHINES
from myotis.log.act import User
from myotis.log.desk import REASON, TELL
from myotis.log.entry import Entry, Tombstone
from myotis.log.messages import is_request
from myotis.protocol.amendment import Amendment
from myotis.protocol.trial import Trial
from myotis.terms.states import WHILE_HELD, SubjectState, find_target

AUTHORED: Final = "authored"
"""What the signature of whoever recorded a form means."""
QUERY_RAISED: Final = "query_raised"
QUERY_REOPENED: Final = "query_reopened"
QUERY_CLOSED: Final = "query_closed"
DEVIATION: Final = "deviation"
DEVIATION_WITHDRAWN: Final = "deviation_withdrawn"
"""Words of the system that change more than what was said: queries by edit checks, and deviations that it found."""

TRIAL: Final = "*"
"""What stands for the whole trial among sites whose dosing is held."""

TAKEN_OUT: Final = "(taken out)"
"""What people are shown in the place of a value that was taken out of the log."""

WITHDRAWN: Final = "withdrawn"
"""The item of a deviation that turned out to be none."""


class FormKey(NamedTuple):
    """Which form of a subject: its name, and what tells it from others of the name (visit, number), if anything."""

    form: str
    which: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "/".join((self.form, *self.which))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that a text such as ``core_set/W4`` names."""
        form, *which = text.split("/")
        return cls(form, tuple(which))


class Signature(NamedTuple):
    """Who signed a form, what that means, and the version that was signed."""

    by: str
    role: str
    meaning: str
    version: int
    entry: int
    occurred: str


@dataclass(slots=True)
class Form:
    """What was recorded under one key. Each change makes a new version of the whole; the log has what stood before."""

    key: FormKey
    act: str
    by: str
    role: str
    items: dict[str, Any]
    entry: int
    """The number of the entry that the version comes from."""
    first_entry: int
    occurred: str
    protocol: str
    protocol_digest: str
    version: int = 1
    signatures: list[Signature] = field(default_factory=list)
    frozen: bool = False
    locked: bool = False
    taken_out: frozenset[str] = frozenset()
    """The items that somebody's right to privacy took out of the log; that they were there is still known."""

    @property
    def signed(self) -> bool:
        """Is the version that stands signed?"""
        return any(signature.version == self.version for signature in self.signatures)

    @property
    def signed_by_author(self) -> bool:
        """Is the version that stands signed by somebody in a role that records the form?"""
        return any(one.version == self.version and one.meaning == AUTHORED for one in self.signatures)


class QueryStatus(StrEnum):
    """How far a data query has come."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


QUERY_STATUS: Final = {QUERY_REOPENED: QueryStatus.OPEN, QUERY_CLOSED: QueryStatus.CLOSED}
"""What becomes of a query by a word of the system."""


@dataclass(slots=True)
class Query:
    """A data query: about what, raised by whom, and how far it has come."""

    number: int
    subject: str
    form: FormKey
    item: str
    """The item that it asks about; empty where it asks about the whole form."""
    concern: str
    """What the matter is: a coded word, or what the edit check says."""
    raised_by: str
    role: str
    version: int
    """The version of the form that it was raised on; 0 where the form is missing."""
    status: QueryStatus = QueryStatus.OPEN
    answer: str = ""
    """The coded answer that was given last."""

    @property
    def settled(self) -> bool:
        """Does nobody have to do anything more about it?"""
        return self.status == QueryStatus.CLOSED


@dataclass(slots=True)
class SubjectFile:
    """Everything about one subject."""

    id: str
    site: str
    state: SubjectState
    forms: dict[FormKey, Form] = field(default_factory=dict)
    told: list[Entry] = field(default_factory=list)
    notices: list[Entry] = field(default_factory=list)
    requests: list[Entry] = field(default_factory=list)
    resumes_in: SubjectState | None = None
    """Where dosing resumes, while it is held."""
    stratum: tuple[str, ...] | None = None
    right_stratum: tuple[str, ...] | None = None
    """The stratum that the subject belongs to, where it was randomized in a wrong one."""
    slot: str | None = None
    """The sealed slot; it says nothing to who has no key."""
    queries: list[Query] = field(default_factory=list)
    history: list[tuple[str, SubjectState]] = field(default_factory=list)
    """Each state, with the time of the event that led to it, in the order of the entries."""
    may_use_further: bool = True
    """False once consent to further use of the data is withdrawn."""
    code_broken: bool = False
    rescreenings: int = 0
    switches_at: str | None = None
    """The visit from which on the other treatment is given, where the switch is confirmed."""

    def move(self, act: str, outcome: str = "") -> None:
        """Move as the table of states says. Raises ValueError where it knows no such move: an act let it through."""
        held = self.state == SubjectState.DOSING_HELD and act in WHILE_HELD
        source = self.resumes_in if held else self.state
        target = find_target(source, act, outcome)
        if target is None:
            raise ValueError(f"no move from {source} by {act} {outcome}".strip())
        if held:
            self.resumes_in = target
            return
        self.resumes_in = self.state if target == SubjectState.DOSING_HELD else None
        self.state = target

    @property
    def standing(self) -> SubjectState:
        """The state, or the one in which dosing will resume while it is held."""
        return self.resumes_in or self.state

    def state_on(self, day: date) -> SubjectState | None:
        """The state at the end of a day, as far as events up to it were entered; None before the first."""
        return next((state for when, state in reversed(self.history) if when[:10] <= day.isoformat()), None)

    def find(self, form: str, *which: str) -> Form | None:
        """The form of a key; None where nothing was recorded under it."""
        return self.forms.get(FormKey(form, which))

    def all_of(self, form: str) -> list[Form]:
        """Every form of a name, in the order in which they were begun."""
        return [found for key, found in self.forms.items() if key.form == form]

    def last_told(self, what: str) -> Any:
        """The last answer that the system gave under a word; None where it gave none."""
        return next((entry.get("answer") for entry in reversed(self.told) if entry.get("what") == what), None)


class AppliedAmendment(NamedTuple):
    """An amendment of the protocol that the sponsor has applied, and the amended protocol."""

    amendment: Amendment
    after: Trial
    consent_version: str | None
    """The version of the information for participants that asks for a new consent; None where none is asked for."""


class AppliesEntry(Protocol):
    """What knows what its entries do to the study."""

    @classmethod
    def apply(cls, study: "Study", entry: Entry) -> None:
        """Take in an entry of this act."""
        ...


@dataclass(slots=True)
class Hold:
    """A time in which nothing is given; ``until`` is None while it lasts."""

    since: str
    until: str | None = None

    def covers(self, when: datetime) -> bool:
        """Does a time lie in it?"""
        begun = when >= datetime.fromisoformat(self.since)
        return begun and (self.until is None or when < datetime.fromisoformat(self.until))


class Study:
    """The state of the blinded log. It changes by entries alone."""

    def __init__(self, trial: Trial, acts: Mapping[str, type[AppliesEntry]], protocols: Iterable[Trial] = ()) -> None:
        self.trial = trial
        """The protocol of the trial as it was opened; the one in force for a subject is ``trial_for``."""
        self.protocols = {one.digest: one for one in (trial, *protocols)}
        """Every protocol that entries may name, by its digest."""
        self.acts = acts
        self.opened = False
        self.sites: dict[str, str] = {}
        """Every site, and whether it is ``open`` or its dosing ``held``."""
        self.held = False
        """Is dosing held in the whole trial?"""
        self.roles: dict[str, set[tuple[str, str | None]]] = {}
        """The roles that each person holds, with the site of each."""
        self.subjects: dict[str, SubjectFile] = {}
        self.queries: dict[int, Query] = {}
        self.allocated: dict[str, list[str]] = {}
        """The slots that were taken, by stratum, in their order."""
        self.amendments: list[AppliedAmendment] = []
        """The amendments in the order in which they were applied."""
        self.approvals: dict[str, int] = {}
        """How many of the amendments are approved for a site."""
        self.in_force: dict[str, Trial] = {}
        """The protocol in force for each subject that is not on the one the trial was opened with."""
        self.requests: list[Entry] = []
        """What the pharmacy is asked, in the order of asking."""
        self.bags: dict[str, Bag] = {}
        """The bags and packs that the pharmacy said are ready, by the number on the label."""
        self.notice_ids: set[str] = set()
        """The notices that were received: none is taken twice."""
        self.locked = False
        self.dosing_holds: dict[str, list[Hold]] = {}
        """When dosing was held at each site, and in the trial (``TRIAL``)."""
        self.stopped_bags: dict[str, str] = {}
        """Since when bags must not be used that are not known yet, by the number on the label."""
        self.reports: dict[tuple[str, str], list[Report]] = {}
        """What a site reported of each adverse event (subject, number), entry by entry."""
        self.combined: dict[tuple[int, int, int], Trial] = {}
        """The protocols that amendments make together, kept since they take time to make: by how many there are, how
        many a site approved, and how many a subject consented to."""

    def apply(self, entry: Entry) -> None:
        """Take in the next entry of the log."""
        if entry.act == TELL:
            self._take_word(entry)
        elif entry.act in self.acts:
            self.acts[entry.act].apply(self, entry)
        if subject := self.subjects.get(entry.subject or ""):
            latest = subject.history[-1][1] if subject.history else None
            if subject.state != latest:
                subject.history.append((entry.occurred, subject.state))

    def unsettled_queries(self, subject: str, form: FormKey | None = None) -> list[Query]:
        """The queries about a subject, or about one of its forms, that are not closed."""
        queries = self.subjects[subject].queries
        return [query for query in queries if (form is None or query.form == form) and not query.settled]

    def add_query(self, query: Query) -> None:
        """Take in a new query."""
        self.queries[query.number] = query
        self.subjects[query.subject].queries.append(query)

    def _take_word(self, entry: Entry) -> None:
        if entry.subject is None:
            return
        subject = self.subjects[entry.subject]
        subject.told.append(entry)
        if is_request(entry):
            subject.requests.append(entry)
            self.requests.append(entry)
        what, answer = entry.get("what"), entry.get("answer")
        if find_target(subject.standing, TELL, what):
            subject.move(TELL, what)
        if what == QUERY_RAISED:
            key = FormKey.parse(answer["form"])
            self.add_query(Query(
                answer["number"], subject.id, key, answer["item"], answer["concern"], entry.by, entry.role,
                subject.forms[key].version,
            ))  # fmt: skip
        elif what in QUERY_STATUS:
            self.queries[answer["number"]].status = QUERY_STATUS[what]
        elif what == DEVIATION:
            put_deviation(subject, entry, answer)
        elif what == DEVIATION_WITHDRAWN:
            form = subject.forms[FormKey(DEVIATION, (answer["number"],))]
            form.items, form.version, form.entry = {**form.items, WITHDRAWN: True}, form.version + 1, entry.number

    def trial_for(self, subject: str | None) -> Trial:
        """The protocol that is in force for a subject."""
        return self.in_force.get(subject, self.trial) if subject else self.trial

    def holds(self, user: User) -> bool:
        """Does a person hold the role, at the site, that it acts in? Programs hold theirs by themselves."""
        return user.role in MACHINES or (user.role, user.site) in self.roles.get(user.id, set())

    def subject_of(self, entry: Entry) -> SubjectFile:
        """The subject of an entry."""
        assert entry.subject is not None, "an entry of an act about a subject names it"
        return self.subjects[entry.subject]


def put_deviation(subject: SubjectFile, entry: Entry, items: dict[str, Any]) -> None:
    """Put a deviation that the system found among those that people report, under the next number."""
    key = FormKey(DEVIATION, (str(len(subject.all_of(DEVIATION)) + 1),))
    subject.forms[key] = Form(
        key=key, act=entry.act, by=entry.by, role=entry.role, items=dict(items), entry=entry.number,
        first_entry=entry.number, occurred=entry.occurred, protocol=entry.protocol,
        protocol_digest=entry.protocol_digest,
    )  # fmt: skip


def record_form(study: Study, entry: Entry, form: str, keys: tuple[str, ...]) -> Form:
    """Put what an entry says under its key: a new form, or a new version, whose signatures fall."""
    subject = study.subject_of(entry)
    values = entry.known
    key = FormKey(form, tuple(str(values[name]) for name in keys))
    items = {name: value for name, value in values.items() if name not in {*keys, REASON, "saw"}}
    before = subject.forms.get(key)
    subject.forms[key] = Form(
        key=key, act=entry.act, by=entry.by, role=entry.role, items=items, entry=entry.number,
        first_entry=before.first_entry if before else entry.number, occurred=entry.occurred, protocol=entry.protocol,
        protocol_digest=entry.protocol_digest, version=before.version + 1 if before else 1,
        signatures=before.signatures if before else [],
        taken_out=frozenset(name for name, value in entry.values.items() if isinstance(value, Tombstone)),
    )  # fmt: skip
    return subject.forms[key]
