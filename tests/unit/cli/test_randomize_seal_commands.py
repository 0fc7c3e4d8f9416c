"""The road from keys to an approved list, as the how-to page has it, and what is said where it goes wrong."""

import json
import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from log_entries import append, draft
from typer.testing import CliRunner

from myotis.cli.ending import run_to_its_end
from myotis.cli.main import app
from myotis.errors import SettingError
from myotis.keys.files import read_public_key
from myotis.log.file import FileStore
from myotis.randomize.sealed import read_sealed_list

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "how-to" / "seal-a-randomization-list.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WORDS = "words for a test"


def read_commands():
    """The commands of the page, in their order."""
    for block in BLOCK.findall(PAGE.read_text("utf-8")):
        yield from block.replace("\\\n", " ").splitlines()


@pytest.fixture
def play(monkeypatch, capsys):
    """Plays a command line; its exit status, and what it printed."""

    def call(line):
        if not line.startswith("myotis "):
            subprocess.run(line, shell=True, check=True)  # noqa: S602 (commands of our own page)
            return 0, ""
        monkeypatch.setattr("sys.argv", shlex.split(line))
        with pytest.raises(SystemExit) as ended:
            run_to_its_end(app)
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out + printed.err

    return call


@pytest.fixture(scope="module")
def road(tmp_path_factory):
    """A folder in which every command of the page was run; what each printed."""
    folder = tmp_path_factory.mktemp("road")
    shutil.copytree(ROOT / "docs" / "examples" / "lists", folder, dirs_exist_ok=True)
    printed = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("myotis.cli.randomize.passphrases._ask", lambda _: WORDS)
        for line in read_commands():
            if not line.startswith("myotis "):
                subprocess.run(line, shell=True, check=True, cwd=folder)  # noqa: S602 (commands of our own page)
                continue
            result = CliRunner().invoke(app, shlex.split(line)[1:], catch_exceptions=False)
            assert result.exit_code == 0, line + result.output
            printed[line] = result.output
    (folder / "words").write_text(WORDS + "\n")
    (folder / "wrong").write_text("other words, not these\n")
    return folder, printed


@pytest.fixture
def here(road, tmp_path, monkeypatch):
    """A copy of the folder at the end of the road, to work in."""
    shutil.copytree(road[0], tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_leads_to_an_approved_list_and_through_a_lost_key(road):
    folder, printed = road
    sealed = read_sealed_list(folder / "sealed-2.json")
    assert (sealed.version, sealed.usable_live, sealed.resealed) == (2, True, "pharmacy")
    assert list(printed.values())[-1] == "every slot is as it was sealed, and the approval is good\n"
    assert len(printed) == 19


def test_nothing_that_was_printed_or_written_tells_an_arm(road):
    folder, printed = road
    written = [file.read_text() for file in folder.rglob("*") if file.is_file() and file.suffix != ".toml"]
    assert not [text for text in [*printed.values(), *written] if "ivig" in text or "placebo" in text]


def test_private_keys_and_shares_are_for_their_owner_alone(road):
    private = [*road[0].glob("*.key"), *(road[0] / "shares").iterdir()]
    assert len(private) == 10
    assert {stat.S_IMODE(file.stat().st_mode) for file in private} == {0o600}


SEAL = (
    "myotis randomize seal --specification blocks.toml --key list-maker.key --pharmacy keys/pharmacy.pub "
    "--code-break keys/code-break.pub --escrow keys/escrow.pub --passphrase-file words --out new.json"
)
APPROVE = (
    "myotis randomize approve sealed-2.json --former sealed.json --specification blocks.toml --keys keys "
    "--key statistician.key --passphrase-file words --opener-passphrase-file words --open-with pharmacy-2.key "
    "--out new.json"
)
RECOVER = "myotis randomize keys recover keys/escrow.pub --out new.json --passphrase-file words"


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        (SEAL.replace("-file words", "-file wrong"), 3, "list-maker.key: the private key can't be opened"),
        (SEAL.replace("-file words", "-file absent"), 3, "absent: the file of the passphrase can't be read"),
        (SEAL.replace("-file words", "-file blocks.toml"), 3, "the passphrase is wrong"),
        (SEAL.replace("keys/escrow.pub", "keys/absent.pub"), 3, "keys/absent.pub: the file can't be read"),
        (SEAL.replace("keys/escrow.pub", "keys/pharmacy.pub"), 3, "the key for escrow was made for another role"),
        (SEAL.replace("keys/escrow.pub", "blocks.toml"), 3, "blocks.toml: the file is no JSON"),
        (SEAL.replace("--out new.json", "--out sealed.json"), 3, "sealed.json: the file exists"),
        (SEAL.replace("--specification blocks.toml", ""), 2, "name either a list, or the --specification"),
        (SEAL.replace("--specification", "list.json --specification"), 2, "name either a list"),
        (SEAL.replace("blocks.toml", "minimization.toml"), 3, "the protocol allocates from a list"),
        (APPROVE.replace("blocks.toml", "blocks-of-four.toml"), 3, "was made by another specification"),
        (APPROVE.replace("--former sealed.json", ""), 3, "the version before isn't given"),
        (APPROVE.replace("--opener-passphrase-file words", "--opener-passphrase-file wrong"), 3, "2.key: the private"),
        (APPROVE.replace("pharmacy-2.key", "code-break.key"), 3, "hand in the key of the pharmacy or of the escrow"),
        (APPROVE.replace("pharmacy-2.key", "pharmacy.key"), 3, "this version of the list isn't sealed to the key"),
        (APPROVE.replace("pharmacy-2.key", "pharmacy-2.key --open-with code-break.key"), 2, "there must be one"),
        (APPROVE.replace("statistician.key", "list-maker.key"), 3, "role statistician, not of role list_maker"),
        (APPROVE.replace("--keys keys", "--keys shares"), 3, "shares: the folder has no public keys"),
        (APPROVE + " --protocol reclaiim", 3, "the list was sealed for another protocol"),
        (RECOVER + " shares/escrow.share-1", 3, "2 different shares are needed, 1 were given"),
        (RECOVER + " shares/escrow.share-1 typo", 3, "typo: share 2 has a typing error"),
        (RECOVER + " shares/escrow.share-1 binary absent", 3, "binary: the file is no text"),
        (RECOVER.replace("escrow.pub", "pharmacy.pub") + " shares/escrow.share-1 shares/escrow.share-2", 3,
         "shares 1, 2 are of another key"),
        ("myotis randomize keys make nurse --holder A --out new.json --passphrase-file words", 3, "no role 'nurse'"),
        ("myotis randomize keys make dsmb --holder A --out pharmacy.key --passphrase-file words", 3, "file exists"),
        ("myotis randomize keys make dsmb --holder A --out new.pub --passphrase-file words", 2, "doesn't end in .pub"),
        ("myotis randomize keys make dsmb --holder A --out new.json --passphrase-file short", 3, "at least 12"),
        ("myotis randomize keys make dsmb --holder A --out new.json --passphrase-file empty", 3, "empty first line"),
        ("myotis randomize keys drill statistician.key --sealed sealed.json --out new.json --passphrase-file words", 3,
         "isn't sealed to the key"),
        ("myotis randomize keys drill pharmacy.key --public keys/escrow.pub --out new.json --passphrase-file words", 3,
         "the envelope can't be opened"),
        ("myotis randomize keys rotate sealed.json --recipient site --key escrow.key --out new.json", 2,
         "the recipient is one of"),
        ("myotis randomize keys rotate sealed.json --recipient escrow --key escrow.key --out new.json", 2,
         "--new names the new public key"),
        ("myotis randomize keys compromised keys/escrow.pub --by statistician.key --reason A --out new.json", 2,
         "ends in .report"),
        ("myotis randomize keys check sealed.json --keys keys", 3, "sealed.json: the file has another form"),
        ("myotis randomize verify approval.json --keys keys", 3, "approval.json: the file is no sealed list"),
        ("myotis randomize verify absent.json --keys keys", 3, "absent.json: the file can't be read"),
        ("myotis randomize verify sealed.json --keys keys", 1, "of role pharmacy is reported as compromised"),
        ("myotis randomize verify sealed-2.json --keys keys", 1, "the first version of the list is absent"),
        ("myotis randomize verify sealed.json sealed-2.json --keys keys --approval approval.json", 1,
         "one of another list, or of another version"),
        ("myotis randomize verify sealed.json sealed-2.json --keys keys --against sealed.json", 1, "the copies differ"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said_and_nothing_is_written(here, play, line, status, told):
    share = (here / "shares" / "escrow.share-2").read_text()
    (here / "typo").write_text(share[:40] + ("C" if share[40] != "C" else "D") + share[41:])
    (here / "binary").write_bytes(b"\xff\xfe\x00")
    (here / "short").write_text("too short\n")
    (here / "empty").write_text("\n")
    before = {file: file.read_bytes() for file in here.rglob("*") if file.is_file()}
    ended, printed = play(line)
    assert told in " ".join(printed.replace("│", " ").split()), printed
    assert ended == status
    assert WORDS not in printed
    assert {file: file.read_bytes() for file in here.rglob("*") if file.is_file()} == before


def test_a_changed_slot_is_named_and_the_answer_is_no(here, play):
    document = json.loads((here / "sealed.json").read_text())
    slots = document["slots_by_stratum"]["mild"]
    slots[3], slots[7] = slots[7], slots[3]
    (here / "changed.json").write_text(json.dumps(document))
    (here / "keys" / "pharmacy.report").unlink()
    status, printed = play("myotis randomize verify changed.json --keys keys")
    assert status == 1
    assert "stratum=mild position=4" in printed
    assert "stratum=mild position=8" in printed
    status, printed = play("myotis randomize verify changed.json --keys keys --json")
    assert status == 1
    assert [fault["key"].partition(" slot")[0] for fault in json.loads(printed)["faults"]] == [
        "stratum=mild position=4", "stratum=mild position=8", "digest",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("positions", "status", "told"),
    [
        ((0, 1, 2), 0, "every slot is as it was sealed"),
        ((0, 2), 1, "a slot of stratum mild was skipped"),
        ((0, 1, 1), 1, "a slot was taken twice"),
    ],
)
def test_the_log_shows_that_slots_were_taken_one_after_the_other(here, play, positions, status, told):
    ids = read_sealed_list(here / "sealed.json").ids_by_stratum["mild"]
    taken = [[draft("randomize_subject", stratum=["mild"], slot=ids[position])] for position in positions]
    append(FileStore(here / "conduct.jsonl"), *taken)
    (here / "keys" / "pharmacy.report").unlink()
    assert play("myotis randomize verify sealed.json --keys keys --log conduct.jsonl")[0] == status
    assert told in play("myotis randomize verify sealed.json --keys keys --log conduct.jsonl")[1]


def test_every_broken_file_in_the_folder_of_keys_is_told_at_once(here, play):
    (here / "keys" / "a.pub").write_text("{}")
    (here / "keys" / "b.report").write_text("[")
    status, printed = play("myotis randomize verify sealed.json --keys keys")
    assert (status, "keys/a.pub" in printed, "keys/b.report" in printed, "2 faults" in printed) == (3, True, True, True)


def test_a_list_for_demonstrations_is_sealed_and_approved_for_demonstrations_alone(here, play):
    (here / "keys" / "pharmacy.report").unlink()
    assert play("myotis randomize make blocks-of-four.toml --seed demo --out plain.json")[0] == 0
    status, printed = play(SEAL.replace("--specification blocks.toml", "plain.json"))
    assert (status, "no, it is from a named seed" in printed, "Destroy the plain list" in printed) == (0, True, True)
    approve = APPROVE.replace("sealed-2.json --former sealed.json", "new.json").replace(
        "--out new.json", "--out a.json"
    )
    approve = approve.replace("pharmacy-2.key", "pharmacy.key").replace("blocks.toml", "blocks-of-four.toml")
    assert play(approve)[0] == 3
    status, printed = play(f"{approve} --demonstration --balance")
    assert status == 0
    assert "mild: ivig 24, placebo 24" in printed
    assert "good for demonstrations alone" in play("myotis randomize verify new.json --keys keys --approval a.json")[1]


def test_a_list_of_another_trial_is_not_sealed(here, play):
    assert play("myotis randomize make blocks.toml --seed demo --out plain.json")[0] == 0
    document = json.loads((here / "plain.json").read_text()) | {"protocol_digest": "0" * 64}
    (here / "plain.json").write_text(json.dumps(document))
    status, printed = play(SEAL.replace("--specification blocks.toml", "plain.json"))
    assert (status, "plain.json: the list was made for another protocol" in printed) == (3, True)


@pytest.mark.usefixtures("here")
def test_the_list_maker_signs_anew_with_another_key(play):
    make = "myotis randomize keys make list_maker --holder A --out maker-2.key --passphrase-file words"
    rotate = "myotis randomize keys rotate sealed-2.json --recipient list_maker --key maker-2.key --out sealed-3.json"
    assert play(make)[0] == 0
    shutil.move("maker-2.pub", "keys")
    assert play(f"{rotate} --passphrase-file words")[0] == 0
    assert play("myotis randomize verify sealed.json sealed-2.json sealed-3.json --keys keys")[0] == 0


def test_the_public_part_of_a_private_key_is_shown_and_written(here, play):
    status, printed = play("myotis randomize keys public pharmacy.key --json --out copy.pub")
    assert status == 0
    assert json.loads(printed) == read_public_key(here / "copy.pub").document()


def test_without_somebody_to_ask_a_passphrase_file_is_needed(here, play):
    status, printed = play(SEAL.replace("--passphrase-file words", ""))
    assert (status, "nobody is there to type it" in printed) == (2, True)
    assert not (here / "new.json").exists()


def test_a_new_passphrase_is_typed_twice(monkeypatch):
    from myotis.cli.randomize import passphrases

    typed = iter(["the same words", "the same words", "some words", "other words"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: next(typed))
    assert passphrases.find_passphrase(None, "New: ", twice=True) == "the same words"
    with pytest.raises(SettingError, match="the two passphrases differ"):
        passphrases.find_passphrase(None, "New: ", twice=True)
