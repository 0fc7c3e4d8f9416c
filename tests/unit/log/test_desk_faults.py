"""A desk whose act or store fails half way: what it knows afterwards is what its log says."""

from datetime import UTC, datetime

import pytest
from live_trial import RepeatableEntropy

from myotis.log.act import Act, User
from myotis.log.desk import Desk
from myotis.log.store import MemoryStore, StoreError
from myotis.log.subject_keys import MemorySubjectKeys

NOW = datetime(2024, 1, 8, tzinfo=UTC)
DORA = User("dora", "monitor")


class Note(Act):
    """An act that says something."""

    name = "note"
    text: str


class Notes:
    """The texts so far; ``breaks_on`` is one that can't be taken in."""

    breaks_on = ""

    def __init__(self):
        self.texts = []

    def apply(self, entry):
        self.texts.append(entry.get("text"))
        if entry.get("text") == Notes.breaks_on:
            raise KeyError("taken out")


class World:
    """Lets everything through; ``fails`` where the system should say something."""

    def __init__(self):
        self.fails = False

    def start(self):
        return Notes()

    def refuse(self, *_):
        return None

    def complete(self, *_):
        return {}

    def find_site(self, *_):
        return None

    def name_protocol(self, *_):
        return "1", ""

    def follow(self, *_):
        if self.fails:
            raise RuntimeError
        yield from ()


class FullStore(MemoryStore):
    """Keeps nothing while the disk is full."""

    full = False

    def read(self, start=0):
        return super().read(start)

    def transaction(self, clock, entropy):
        return _Failing(super().transaction(clock, entropy), self)


class _Failing:
    def __init__(self, inner, store):
        self.inner, self.store = inner, store

    def __enter__(self):
        return self.inner.__enter__()

    def __exit__(self, *raised):
        if self.store.full and raised[0] is None:
            error = StoreError("the disk is full")
            self.inner.__exit__(StoreError, error, None)
            raise error
        return self.inner.__exit__(*raised)


@pytest.fixture
def desk():
    return Desk(World(), FullStore(), clock=lambda: NOW, entropy=RepeatableEntropy(), keyring=MemorySubjectKeys())


def test_an_act_that_fails_behind_its_entry_leaves_nothing(desk):
    desk.carry_out(Note(text="one"), DORA)
    desk.world.fails = True
    with pytest.raises(RuntimeError):
        desk.carry_out(Note(text="two"), DORA)
    assert desk.state.texts == ["one"]
    desk.world.fails = False
    assert desk.carry_out(Note(text="three"), DORA).number == 1
    assert desk.state.texts == ["one", "three"]


def test_a_store_that_keeps_nothing_leaves_nothing(desk):
    desk.carry_out(Note(text="one"), DORA)
    desk.store.full = True
    with pytest.raises(StoreError, match="full"):
        desk.carry_out(Note(text="two"), DORA)
    desk.store.full = False
    assert desk.state.texts == ["one"]
    desk.carry_out(Note(text="three"), DORA)
    assert desk.state.texts == ["one", "three"]


def test_an_entry_that_cannot_be_taken_in_leaves_no_half_folded_state(desk):
    """Entries of others were folded twice once the one that failed could be read again."""
    desk.carry_out(Note(text="one"), DORA)
    other = Desk(World(), desk.store, clock=lambda: NOW, entropy=RepeatableEntropy("b"), keyring=MemorySubjectKeys())
    other.carry_out(Note(text="two"), DORA)
    other.carry_out(Note(text="bad"), DORA)
    Notes.breaks_on = "bad"
    try:
        for _ in range(2):
            with pytest.raises(KeyError):
                desk.state  # noqa: B018
    finally:
        Notes.breaks_on = ""
    assert desk.state.texts == ["one", "two", "bad"]
