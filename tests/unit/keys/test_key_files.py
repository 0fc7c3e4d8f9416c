"""Files of keys: under a passphrase, to their owner alone, never written over."""

import json
import os
import stat

import pytest
from keys import key_of, stream

from myotis.errors import InputError, SealError
from myotis.keys.files import (
    check_absent,
    read_private_key,
    read_public_key,
    read_record,
    write_new_file,
    write_private_key,
    write_public_key,
    write_record,
)
from myotis.keys.records import COMPROMISED, DRILL, report_compromised

WORDS = "correct horse battery"
KEY = key_of("pharmacy")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "pharmacy.key"
    write_private_key(path, KEY, WORDS, stream("file"))
    return path


def test_a_private_key_is_read_with_its_passphrase(written):
    assert read_private_key(written, WORDS) == KEY


def test_only_its_owner_reads_a_private_key_and_the_secret_is_not_in_it(written):
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert KEY.secret.hex() not in written.read_text()


def test_the_public_part_is_read_without_a_passphrase(written, tmp_path):
    assert read_public_key(written) == KEY.public
    write_public_key(tmp_path / "pharmacy.pub", KEY.public)
    assert read_public_key(tmp_path / "pharmacy.pub") == KEY.public


def test_the_same_passphrase_in_another_composition_of_unicode_opens(tmp_path):
    write_private_key(tmp_path / "key", KEY, "schlüsselwörter", stream("nfc"))
    assert read_private_key(tmp_path / "key", "schlu\u0308sselwo\u0308rter") == KEY


def test_a_wrong_passphrase_is_told_without_secrets(written):
    with pytest.raises(SealError, match="the passphrase is wrong, or the file was changed") as raised:
        read_private_key(written, "wrong horse battery")
    assert "wrong horse" not in str(raised.value)


def test_a_short_passphrase_is_refused(tmp_path):
    with pytest.raises(SealError, match="at least 12 characters"):
        write_private_key(tmp_path / "key", KEY, "short", stream("short"))
    assert not (tmp_path / "key").exists()


def test_an_existing_file_stays_as_it_was(tmp_path):
    path = tmp_path / "key"
    path.write_text("mine")
    with pytest.raises(InputError, match="the file exists, and is not written over"):
        write_private_key(path, KEY, WORDS, stream("again"))
    with pytest.raises(InputError, match="the file exists, and is not written over"):
        write_public_key(path, KEY.public)
    assert path.read_text() == "mine"


def test_a_folder_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(InputError, match="can't be written"):
        write_public_key(tmp_path / "nowhere" / "key", KEY.public)


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_new_file(tmp_path / "key", "text")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "told"), [("", "no JSON"), ("[]", "another form"), ("{}", "another form"), ("[" * 100_000, "no JSON")]
)
def test_what_is_no_file_of_a_key_is_told(tmp_path, text, told):
    (tmp_path / "key").write_text(text)
    with pytest.raises(InputError, match=told):
        read_public_key(tmp_path / "key")
    with pytest.raises(InputError, match=told):
        read_private_key(tmp_path / "key", WORDS)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        read_public_key(tmp_path / "key")


def test_bytes_that_are_no_text_are_told(tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="no JSON"):
        read_public_key(tmp_path / "key")


def changed(written, tmp_path, change):
    document = json.loads(written.read_text())
    change(document)
    (tmp_path / "changed").write_text(json.dumps(document))
    return tmp_path / "changed"


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["derivation"].update(salt="00" * 16),
        lambda document: document["derivation"].update(salt="no"),
        lambda document: document.update(sealed=document["sealed"][:-4] + "AAAA"),
        lambda document: document.pop("sealed"),
        lambda document: document.update(key=key_of("pharmacy", "Somebody else").public.document()),
    ],
)
def test_a_changed_private_file_does_not_open(written, tmp_path, change):
    with pytest.raises(SealError, match="can't be opened"):
        read_private_key(changed(written, tmp_path, change), WORDS)


def test_a_record_is_read_as_it_was_written_and_as_nothing_else(tmp_path):
    report = report_compromised(KEY, KEY.public, "2026-02-01", "lost")
    write_record(tmp_path / "pharmacy.report", report)
    assert read_record(tmp_path / "pharmacy.report", DRILL, COMPROMISED) == report
    with pytest.raises(InputError, match="expected the form 'myotis record of a key drill 1'"):
        read_record(tmp_path / "pharmacy.report", DRILL)
    document = report.document() | {"signature": 3}
    (tmp_path / "odd.report").write_text(json.dumps(document))
    with pytest.raises(InputError, match="this is no report of a compromised key"):
        read_record(tmp_path / "odd.report", COMPROMISED)


def test_a_name_twice_in_one_object_is_refused(tmp_path):
    (tmp_path / "key").write_text('{"form": "myotis public key 1", "form": "myotis public key 1"}')
    with pytest.raises(InputError, match="no JSON"):
        read_public_key(tmp_path / "key")


def test_every_file_that_would_be_written_over_is_told_at_once(tmp_path):
    (tmp_path / "a").write_text("")
    (tmp_path / "b").symlink_to("nowhere")
    with pytest.raises(InputError) as raised:
        check_absent(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert [fault.file for fault in raised.value.faults] == [str(tmp_path / "a"), str(tmp_path / "b")]


@pytest.mark.parametrize("derivation", [None, {}, {"name": "argon2id", "passes": 10**9, "lanes": 4, "salt": ""}])
def test_another_derivation_is_refused_before_it_is_computed(written, tmp_path, derivation):
    path = changed(written, tmp_path, lambda document: document.update(derivation=derivation))
    with pytest.raises(InputError, match="way from the passphrase"):
        read_private_key(path, WORDS)


def test_a_changed_public_part_is_told(written, tmp_path):
    path = changed(written, tmp_path, lambda document: document["key"].update(holder="Somebody"))
    with pytest.raises(InputError, match="fingerprint doesn't fit"):
        read_private_key(path, WORDS)
