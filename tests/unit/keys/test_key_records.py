"""Drills and reports: what they show, and what they don't."""

import json
from dataclasses import replace

import pytest
from keys import key_of, stream

from myotis.errors import SealError
from myotis.keys.records import (
    COMPROMISED,
    DRILL,
    SignedRecord,
    answer_challenge,
    check_drill,
    list_compromised,
    make_challenge,
    report_compromised,
)

AT = "2026-02-01T09:00+00:00"
PHARMACY, OTHER, MAKER = key_of("pharmacy"), key_of("pharmacy", "Another pharmacy"), key_of("list_maker")


def drill():
    challenge = make_challenge(PHARMACY.public, stream("drill"))
    return challenge, answer_challenge(PHARMACY, challenge, AT)


def test_a_holder_passes_the_drill_of_its_key():
    challenge, record = drill()
    check_drill(record, PHARMACY.public)
    check_drill(record, PHARMACY.public, challenge.digest)


def test_another_key_can_not_answer():
    challenge, _ = drill()
    with pytest.raises(SealError, match="can't be opened"):
        answer_challenge(OTHER, challenge, AT)


def test_the_answer_to_another_challenge_does_not_count():
    _, record = drill()
    other = make_challenge(PHARMACY.public, stream("another drill"))
    with pytest.raises(SealError, match="another challenge"):
        check_drill(record, PHARMACY.public, other.digest)


def test_a_drill_of_another_key_does_not_count():
    _, record = drill()
    with pytest.raises(SealError, match="the public keys given don't hold it"):
        check_drill(record, OTHER.public)
    lent = SignedRecord.sign(OTHER, DRILL, record.record)
    with pytest.raises(SealError, match="one of another key"):
        check_drill(lent, OTHER.public)


def test_a_guessed_answer_does_not_count():
    _, record = drill()
    guessed = SignedRecord.sign(PHARMACY, DRILL, {**record.record, "answer": "00" * 32})
    with pytest.raises(SealError, match="not what was in the envelope"):
        check_drill(guessed, PHARMACY.public)


def test_a_record_survives_its_file_and_a_changed_one_does_not():
    _, record = drill()
    read = SignedRecord.parse(DRILL, json.loads(json.dumps(record.document())))
    assert read == record
    changed = replace(read, record={**read.record, "at": "2027-01-01"})
    with pytest.raises(SealError, match="changed since"):
        check_drill(changed, PHARMACY.public)


@pytest.mark.parametrize(
    "document", [None, {}, {**drill()[1].document(), "more": 1}, {**drill()[1].document(), "record": []},
                 {**drill()[1].document(), "form": "myotis report of a compromised key 1"}],
)  # fmt: skip
def test_what_is_no_record_of_the_kind_is_refused(document):
    with pytest.raises(SealError, match="this is no record of a key drill"):
        SignedRecord.parse(DRILL, document)


def test_anybody_of_the_trial_reports_a_key_and_strangers_do_not():
    report = report_compromised(MAKER, PHARMACY.public, AT, "laptop stolen")
    assert report.kind == COMPROMISED
    assert list_compromised([report], [PHARMACY.public, MAKER.public]) == {PHARMACY.public.key_id}
    with pytest.raises(SealError, match="don't hold it"):
        list_compromised([report], [PHARMACY.public])
