"""Law: nothing in the blinded world tells an arm. A whole trial is searched for the arms, however they are written, and
run again with all arms exchanged: the site must not see the difference before the first declared disclosure."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from itertools import zip_longest

import polars as pl
import pytest
from blinded_trial import IGG, SECRETS, TRIAL, BlindedTrial
from leak_search import LeakSearch
from live_pharmacy import LivePharmacy
from live_trial import RepeatableEntropy
from watched_desk import SOURCES

import myotis.conduct.acts.safety.record_result
import myotis.pharmacy.acts.recall_lot
from myotis.conduct.snapshot.design import list_design, name_element
from myotis.conduct.snapshot.take import TABLES, take_snapshot
from myotis.exchange.folders import write_datasets
from myotis.exchange.manifest import write_manifest
from myotis.keys.envelope import seal_envelope
from myotis.keys.pairs import make_key
from myotis.log.check import check_log
from myotis.log.messages import DISCLOSES, NoticeWord
from myotis.pharmacy.act import Scene
from myotis.pharmacy.acts.release_bag import ReleaseBag
from myotis.pharmacy.cards import make_cards, render_card, render_card_index
from myotis.pharmacy.disclose import seal_for_dsmb
from myotis.pharmacy.roles import Role
from myotis.pharmacy.stops import uses_lot
from myotis.simulate.changes import change_course, make_alike
from myotis.simulate.course import read_course
from myotis.simulate.driven.people import find_pharmacist
from myotis.simulate.driven.trial import drive_trial
from myotis.simulate.driven.worlds import Worlds

SEARCH = LeakSearch(SECRETS)

NAMES_EVERY_ARM = f"one of {', '.join(arm.id for arm in TRIAL.arms)}, do_not_know"
"""What a guess may be: the refusal of another one names all arms, and says nothing of a subject."""
PROTOCOL = repr(TRIAL)
OPEN_ELEMENT = name_element(TRIAL, TRIAL.epochs[-1], None)[1]
"""The element of the open extension, which has one treatment for everybody."""
DESIGN = list_design(TRIAL)
"""The tables of the design, made from the protocol alone."""


EARLY = "W8"
"""So far go the trials into which a leak is planted."""


def run_trial(folder, *, last=TRIAL.visits[-1].id, **options):
    folder.mkdir(exist_ok=True)
    trial = BlindedTrial(folder, **options)
    trial.run(last)
    return trial


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("non_leak")


@pytest.fixture(scope="module")
def trial(folder):
    return run_trial(folder / "one")


@pytest.fixture(scope="module")
def twin(folder):
    return run_trial(folder / "twin", exchanged=True)


# what is searched -----------------------------------------------------------------------------------------------------


def entries_of(trial):
    return trial.desk.store.read()


def read_raw(trial):
    """The file of the blinded log and what lies beside it, without what is random by its nature: salts, and digests
    over salts."""
    random = set()
    for entry in entries_of(trial):
        random |= {entry.digest, *entry.commitments.values(), *(salt for salt, _ in entry.values.values())}
    text = "".join(file.read_text() for file in trial.folder.iterdir() if file.name != "keyring.json")
    return re.sub(r"[0-9a-f]{64}|[0-9a-f]{32}", lambda found: "" if found[0] in random else found[0], text)


def find_in_heard(trial):
    """The leaks in everything that came out of the desk, errors with the variables of their tracebacks. The protocol
    itself may be among these: it says which arms there are."""
    return {
        (one.kind, leak)
        for one in trial.desk.heard
        for leak in SEARCH.find((one.text + one.inside).replace(NAMES_EVERY_ARM, "").replace(PROTOCOL, ""))
    }


def find_leaks(trial):
    return [*find_in_heard(trial), *SEARCH.find(read_raw(trial))]


# what the twins are compared by ---------------------------------------------------------------------------------------


def mask_ciphertexts(trial):
    """A function that puts signs of the same number in the place of sealed results, and of all that hangs on them."""
    masked = {}
    for entry in entries_of(trial):
        masked |= {entry.digest: "d"}
        if envelope := entry.get("envelope"):
            masked |= {envelope: "e", entry.commitments["envelope"]: "c"}

    def mask(text):
        for piece in set(re.findall(r"[0-9a-f]{64}|[A-Za-z0-9+/]{100,}=*", text)):
            if piece in masked:
                text = text.replace(piece, masked[piece] * len(piece))
        return text

    return mask


def read_lines(trial):
    mask = mask_ciphertexts(trial)
    return [mask(line) for line in (trial.folder / "conduct.jsonl").read_text().splitlines()]


def first_difference(one, other):
    """The number of the first entry by which two blinded logs differ; behind their end where they don't."""
    lines = enumerate(zip_longest(read_lines(one), read_lines(other)))
    return next((number for number, (here, there) in lines if here != there), len(entries_of(one)) + 1)


def hear_until(trial, entry):
    mask = mask_ciphertexts(trial)
    return [(one.at, one.kind, one.by, mask(one.text)) for one in trial.desk.heard if one.at < entry]


def find_difference(one, other):
    """What tells twins apart before the first declared disclosure: an entry, or something that was heard; else None."""
    entry = first_difference(one, other)
    here, there = hear_until(one, entry), hear_until(other, entry)
    if here != there:
        return next((a, b) for a, b in zip(here, there, strict=False) if a != b)
    words = {found.get("word") for trial in (one, other) for found in entries_of(trial)[entry : entry + 1]}
    return (entry, words) if words - DISCLOSES else None


# the trial holds what could tell --------------------------------------------------------------------------------------


def test_the_trial_has_everything_that_could_tell_an_arm(trial):
    entries = entries_of(trial)
    words = [entry.get("word") for entry in entries if entry.act == "receive_notice"]
    assert set(words) == set(NoticeWord) - {NoticeWord.ALLOCATED}  # that one is for minimization
    strata = {
        one.stratum: {trial.arms[name] for name in trial.arms if trial.desk.state.subjects[name].stratum == one.stratum}
        for one in trial.desk.state.subjects.values()
    }  # fmt: skip
    assert sum(arms == {"ivig", "placebo"} for arms in strata.values()) >= 2
    switched = [e.subject for e in entries if e.get("word") == NoticeWord.SWITCH_IN_EFFECT]
    assert {trial.arms[name] for name in switched} == {"ivig", "placebo"}
    told = {(one.subject, one.act) for one in trial.worlds.pharmacy.state.code_breaks}
    assert {act for _, act in told} == {"break_code", "unblind_for_report"}
    assert {trial.arms[name] for name, _ in told} == {"ivig", "placebo"}
    sealed = [entry for entry in entries if entry.get("envelope")]
    assert {trial.arms[entry.subject] for entry in sealed} == {"ivig", "placebo"}
    assert len({len(entry.get("envelope")) for entry in sealed}) == 1
    holds = {bag.label: (bag.assigned, bag.holds) for bag in trial.worlds.pharmacy.state.bags.values()}
    assert len({pair for pair in holds.values() if pair[0] != pair[1]}) == 2  # dispensing errors, either way
    kinds = {(one.kind, one.text.partition(":")[0].split(" ")[0]) for one in trial.desk.heard if one.kind == "error"}
    assert kinds == {("error", "RefusalError"), ("error", "ValidationError"), ("error", "SealError")}
    assert sum(one.kind == "error" for one in trial.desk.heard) > 400
    refusals = {one.text.split(" ")[1] for one in trial.desk.heard if one.text.startswith("RefusalError")}
    assert refusals == {"role", "state", "need"}
    assert check_log((trial.folder / "conduct.jsonl").read_bytes().splitlines(keepends=True)) == []


def test_stops_and_shortages_reach_both_arms_alike(trial):
    for word in (NoticeWord.DO_NOT_USE, NoticeWord.NOT_IN_STOCK):
        arms = [trial.arms[e.subject] for e in entries_of(trial) if e.get("word") == word]
        assert arms.count("ivig") == arms.count("placebo") > 0


# the search -----------------------------------------------------------------------------------------------------------


def test_nothing_that_anybody_of_the_blinded_world_hears_tells_an_arm(trial):
    assert {one.kind for one in trial.desk.heard} == {"receipt", "error", "view"}
    assert find_in_heard(trial) == set()


def test_the_file_of_the_blinded_log_does_not_tell_an_arm(trial):
    assert SEARCH.find(read_raw(trial)) == []


def test_the_keys_of_subjects_do_not_tell_an_arm(trial):
    text = (trial.folder / "keyring.json").read_text()
    assert set(json.loads(text)) >= {one.subject for one in trial.worlds.pharmacy.state.code_breaks}
    assert SEARCH.find(re.sub(r"[0-9a-f]{64}", "", text)) == []


def test_a_snapshot_does_not_tell_an_arm(trial, folder):
    taken = take_snapshot(entries_of(trial), TRIAL)
    out = folder / "snapshot"
    write_datasets(out, taken.tables)
    write_manifest(out, taken.describe())
    for name in DESIGN:  # left out of the search, since they are what the protocol alone says
        assert taken.tables[name].equals(TABLES[name].build(DESIGN[name]))
    searched = {file.stem.upper(): file for file in out.iterdir() if file.stem.upper() not in DESIGN}
    assert {"SNAPSHOT", "DM", "SE", "EC", "LIVE", "SUPPEC", "LB", "AE", "DV"} <= set(searched)
    for name, file in searched.items():
        text = file.read_bytes().decode("latin-1")
        if file.suffix == ".parquet":  # may be compressed
            text += pl.read_parquet(file).write_csv()
        if name == "SNAPSHOT":
            text = re.sub(r"[0-9a-f]{64}", "", text)
        if name == "SE":
            text = text.replace(OPEN_ELEMENT, "")
        assert SEARCH.find(text) == [], name
    elements = taken.tables["SE"].filter(pl.col("ELEMENT") == OPEN_ELEMENT)
    in_extension = {e.subject for e in entries_of(trial) if e.get("word") == NoticeWord.ENTER_EXTENSION}
    assert set(elements["USUBJID"]) == {f"ProDERM-{name}" for name in in_extension}


def test_disclosures_and_sealed_papers_do_not_tell_an_arm_by_themselves(trial):
    worlds = trial.worlds
    assert len(trial.disclosures) == 4
    assert {one.arm for one in trial.disclosures} == {arm.label for arm in TRIAL.arms}  # it is shown, on purpose
    key = make_key("dsmb", "virtual", "2024-01-01", RepeatableEntropy("dsmb"))
    copy = seal_for_dsmb(
        worlds.pharmacy, find_pharmacist(Role.DSMB_STATISTICIAN), entries_of(trial), worlds.clock.now,
        lambda text: seal_envelope(key.public, text, "test"),
    )  # fmt: skip
    papers = [
        *(f"{one!r} {one}" for one in trial.disclosures), worlds.sealed.model_dump_json(), copy.decode("latin-1"),
        *(render_card(TRIAL.trial.id, card) for card in make_cards(worlds.sealed)),
        render_card_index(worlds.pharmacy.state),
    ]  # fmt: skip
    for paper in papers:
        assert SEARCH.find(re.sub(r"[0-9a-f]{64}", "", paper)) == []


# the twins ------------------------------------------------------------------------------------------------------------


def test_trials_that_differ_in_their_arms_look_the_same_until_the_first_declared_disclosure(trial, twin):
    assert all(trial.arms[name] != twin.arms[name] for name in trial.arms)
    entry = first_difference(trial, twin)
    here, there = (entries_of(one)[entry] for one in (trial, twin))
    assert here.act == there.act == "receive_notice"
    assert {here.get("word"), there.get("word")} == DISCLOSES
    # All else of that entry is the same, its id, time and subject too.
    assert {**here.known, "word": ""} == {**there.known, "word": ""}
    assert (here.subject, here.occurred, here.recorded) == (there.subject, there.occurred, there.recorded)
    before = entries_of(trial)[:entry]
    assert sum(e.get("word") in DISCLOSES for e in before) >= 2  # gates that answered alike
    assert sum(e.get("word") == NoticeWord.SWITCH_IN_EFFECT for e in before) >= 1
    assert hear_until(trial, entry) == hear_until(twin, entry)
    assert len([one for one in hear_until(trial, entry) if one[1] == "view"]) > 80
    assert find_difference(trial, twin) is None


def test_the_logs_of_twins_differ_in_nothing_but_ciphertexts_and_digests_before(trial, twin):
    entry = first_difference(trial, twin)
    for here, there in zip(entries_of(trial)[:entry], entries_of(twin)[:entry], strict=True):
        names = {name for name in here.known if here.known[name] != there.known.get(name)}
        assert names <= {"envelope"}
        assert here.known.keys() == there.known.keys()
        assert replace(here, values={}, commitments={}, previous="", digest="") == replace(
            there, values={}, commitments={}, previous="", digest=""
        )
        assert len(here.write_line()) == len(there.write_line())


def test_the_sealed_lists_of_twins_differ_in_nothing_but_ciphertexts(trial, twin):
    here, there = (one.worlds.sealed for one in (trial, twin))
    assert list(here.places) == list(there.places)
    for name, place in here.places.items():
        other = there.places[name]
        assert (place.stratum, place.position) == (other.stratum, other.position)
        lengths = {len(sealed) for one in (place, other) for sealed in one.slot.envelopes.values()}
        assert len(lengths) == 1
    assert len(here.model_dump_json()) == len(there.model_dump_json())


def test_the_snapshots_of_twins_are_the_same_before(trial, twin):
    last = entries_of(trial)[first_difference(trial, twin)]
    moments = {entry.recorded for entry in entries_of(trial) if entry.recorded < last.recorded}
    taken = [
        take_snapshot([entry for entry in entries_of(one) if entry.recorded <= max(moments)], TRIAL)
        for one in (trial, twin)
    ]
    assert taken[0].digest == taken[1].digest
    assert taken[0].entries == taken[1].entries > 500


def test_whose_gate_answers_the_same_looks_the_same_to_the_end(trial, twin):
    def tell(one):
        stories = {}
        for entry in entries_of(one):
            if entry.subject:
                stories.setdefault(entry.subject, []).append((entry.act, entry.get("what"), entry.get("word")))
        return stories

    here, there = tell(trial), tell(twin)
    other = {name for name in here if here[name] != there[name]}
    answers = [
        {(e.subject, e.get("word")) for e in entries_of(one) if e.get("word") in DISCLOSES} for one in (trial, twin)
    ]
    assert other == {name for name, _ in answers[0] ^ answers[1]}
    assert len(other) == 4


def even_course():
    """The shipped course, in which both treatments do the same, and flares come often enough to switch somebody."""
    often = change_course(
        read_course("proderm"),
        {"measures.*.recovery.*": -0.1, "flares.probability_per_4_weeks.*": 0.3},
    )
    return make_alike(often, [treatment.id for treatment in TRIAL.treatments], TRIAL.treatments[0].id)


def test_driven_trials_of_exchanged_arms_are_the_same_byte_for_byte_until_the_first_declared_disclosure():
    # No result is sealed here, so there is no ciphertext either.
    count, seed, course = 10, 5, even_course()
    arms = dict.fromkeys(("mild", "moderate", "severe"), ("ivig", "placebo") * 5)
    other = dict.fromkeys(arms, ("placebo", "ivig") * 5)
    one, two = (
        [e.write_line() for e in drive_trial(TRIAL, course, seed=seed, subjects=count, arms=drawn).conduct.read()]
        for drawn in (arms, other)
    )
    entry = next(number for number, (here, there) in enumerate(zip(one, two, strict=False)) if here != there)
    here, there = (json.loads(lines[entry])["values"]["word"][1] for lines in (one, two))
    assert {here, there} == DISCLOSES
    assert any('"switch_in_effect"' in line for line in one[:entry])
    assert any('"report_adverse_event"' in line for line in one[:entry])
    assert entry > 500


# what remains ---------------------------------------------------------------------------------------------------------


def test_a_shortage_may_hint_at_the_bag_before_it_where_one_product_is_scarce():
    # docs/explanation/blinding.md says so, and what to do about it; should it ever hold no more, that page is wrong.
    def is_short(arm):
        live = LivePharmacy(arms={"slot1": arm, "slot2": "ivig"}, stocked=False)
        live.receive("saline", "N1", "500 mL", 400)
        live.receive("octagam_10", "A1", "20 g", 4)  # one bag of 70 g
        for subject, slot in (("101-001", "slot1"), ("101-002", "slot2")):
            live.randomize(subject, slot)
        live.release(live.order("W0", "101-001", days=1, kg="35"))
        live.order("W0", "101-002", days=1, kg="35")
        return bool(live.notices(NoticeWord.NOT_IN_STOCK))

    assert [is_short(arm) for arm in ("ivig", "placebo")] == [True, False]


# can the tests fail? --------------------------------------------------------------------------------------------------


def test_the_search_finds_a_secret_however_it_is_written():
    for secret in SECRETS:
        raw = secret.encode()
        ways = [secret, secret.upper(), raw.hex(), raw.hex().upper(), hashlib.sha256(raw).hexdigest(),
                hashlib.sha512(f'"{secret}"'.encode()).hexdigest()]  # fmt: skip
        if len(raw) > 5:
            ways += [base64.b64encode(bytes(n) + raw + b"!").decode() for n in range(5)]
            ways += [base64.urlsafe_b64encode(b"\xfe" * n + raw).decode() for n in range(3)]
        for way in ways:
            assert SEARCH.find(f"x {way} y"), (secret, way)
        hidden = base64.b64encode(bytes(200) + raw + bytes(200)).decode()
        assert SEARCH.find(f"x {hidden} y"), secret
    assert SEARCH.find("a subject who was given a bag of 705 mL") == []


def hold(scene, label):
    return scene.dispensary.bags[label].holds


def leak_by_name(monkeypatch):
    """The id of a notice holds the treatment, in hexadecimal digits."""
    notify = Scene.notify

    def leaking(scene, word, subject, inputs=None, **fields):
        told = notify(scene, word, subject, inputs, **fields)
        if word == NoticeWord.BAG_READY:
            told.answer["id"] = hold(scene, fields["label"]).encode().hex() + told.answer["id"][:8]
        return told

    monkeypatch.setattr(Scene, "notify", leaking)


LEAKING = """
def take(worlds, stratum, taken):
    slot = real(worlds, stratum, taken)
    if len(taken) == 2:
        arm = worlds._open_slot(slot)
        raise RuntimeError("no slot")
    return slot
"""


def leak_in_an_error(monkeypatch):
    """A function of Myotis that takes slots knows the arm, and fails."""
    names = {"real": Worlds._take_slot}
    exec(compile(LEAKING, str(SOURCES / "planted.py"), "exec"), names)  # noqa: S102
    monkeypatch.setattr(Worlds, "_take_slot", names["take"])


def leak_by_length(monkeypatch):
    """A sealed result is as long as what was measured."""
    monkeypatch.setattr(myotis.conduct.acts.safety.record_result, "pack_result", json.dumps)


def leak_by_time(monkeypatch):
    """A bag of the active product may be used a minute longer."""
    notify = Scene.notify

    def leaking(scene, word, subject, inputs=None, **fields):
        if word == NoticeWord.BAG_READY and hold(scene, fields["label"]) == "octagam_10":
            fields["use_by"] = fields["use_by"].replace(".000000+", ".000001+")
        return notify(scene, word, subject, inputs, **fields)

    monkeypatch.setattr(Scene, "notify", leaking)


def leak_by_pattern(monkeypatch):
    """A recall stops the bags of its own lot only."""

    def find(dispensary, lots, since=None):  # noqa: ARG001
        return [bag for bag in dispensary.bags.values() if bag.live and uses_lot(bag, lots)]

    monkeypatch.setattr(myotis.pharmacy.acts.recall_lot, "find_affected", find)


def leak_by_order(monkeypatch):
    """Notices that bags must not be used come in the order of the products."""

    def tell(scene, entry):
        for label in sorted(entry.get("at_site", ()), key=lambda one: hold(scene, one)):
            yield scene.notify(NoticeWord.DO_NOT_USE, scene.dispensary.bags[label].subject, label=label)

    monkeypatch.setattr(myotis.pharmacy.acts.recall_lot, "tell_stopped", tell)


def leak_by_label(monkeypatch):
    """The bags of one product are released under an even number of entropy draws: the labels after it shift."""
    tell = ReleaseBag.tell

    def leaking(act, scene, entry):
        if hold(scene, act.label) == "saline":
            scene.means.entropy(1)
        yield from tell(act, scene, entry)

    monkeypatch.setattr(ReleaseBag, "tell", leaking)


@pytest.mark.parametrize("leak", [leak_by_name])
def test_the_search_finds_a_planted_leak(leak, monkeypatch, tmp_path):
    leak(monkeypatch)
    assert find_leaks(run_trial(tmp_path / "leaking", last=EARLY))


def test_the_search_finds_a_leak_in_the_variables_of_an_error(monkeypatch, tmp_path):
    leak_in_an_error(monkeypatch)
    leaking = BlindedTrial(tmp_path)
    with pytest.raises(RuntimeError):
        leaking.run()
    assert {kind for kind, _ in find_in_heard(leaking)} == {"error"}


@pytest.mark.parametrize("minimized", [False, True])
def test_twins_without_a_planted_leak_are_the_same_as_far(minimized, tmp_path):
    here, there = (
        run_trial(tmp_path / f"{other}", exchanged=other, minimized=minimized, last=EARLY) for other in (False, True)
    )
    assert find_leaks(here) == []
    words = {entry.get("word") for entry in entries_of(here)}
    assert (NoticeWord.ALLOCATED in words) == minimized
    assert NoticeWord.SWITCH_IN_EFFECT in words
    assert find_difference(here, there) is None
    assert len(entries_of(here)) == len(entries_of(there)) < first_difference(here, there)


@pytest.mark.parametrize("leak", [leak_by_length, leak_by_time, leak_by_pattern, leak_by_order, leak_by_label])
def test_the_twins_find_a_planted_leak_that_has_no_name(leak, monkeypatch, tmp_path):
    leak(monkeypatch)
    here, there = (run_trial(tmp_path / f"{other}", exchanged=other, last=EARLY) for other in (False, True))
    assert find_leaks(here) == []
    assert find_difference(here, there)


def test_a_value_that_would_tell_is_in_no_error_before_it_is_sealed(trial):
    shown = [one.text + one.inside for one in trial.desk.heard if one.kind == "error"]
    assert sum("RecordResult" in text for text in shown) > 10
    assert not any(value in text for text in shown for value in IGG.values())
