"""Files of keys. A private key is sealed under a passphrase; no file of a key is ever written over.

The passphrase becomes a key by Argon2id (RFC 9106, the second recommended option: 64 MiB, 3 passes, 4 lanes), under
which the secret is sealed with AES-256-GCM, bound to the public part beside it.
"""

import json
import os
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from myotis.errors import Fault, InputError, SealError
from myotis.keys.canonical import write_canonical
from myotis.keys.pairs import PrivateKey, PublicKey, rebuild_key
from myotis.keys.records import SignedRecord, form_of
from myotis.keys.text import KEY_BYTES, open_text, seal_text

PUBLIC_FORM: Final = "myotis public key 1"
PRIVATE_FORM: Final = "myotis private key 1"
LEAST_PASSPHRASE: Final = 12
SALT_BYTES: Final = 16
PASSES: Final = 3
LANES: Final = 4
MEMORY_KIB: Final = 64 * 1024
DERIVATION: Final = {"name": "argon2id", "passes": PASSES, "lanes": LANES, "memory_kib": MEMORY_KIB}

OWNER_ALONE: Final = 0o600
EVERYBODY_READS: Final = 0o644


def write_public_key(path: Path, key: PublicKey) -> None:
    """Write a public key. Raises InputError where the file exists or can't be written."""
    write_new_file(path, _print({"form": PUBLIC_FORM, "key": key.document()}), mode=EVERYBODY_READS)


def read_public_key(path: Path) -> PublicKey:
    """Read a public key, also the public part of a private one's file. Raises InputError where the file holds none."""
    document = _read_document(path, (PUBLIC_FORM, PRIVATE_FORM))
    try:
        return PublicKey.parse(document.get("key"))
    except SealError as error:
        raise _fault(path, str(error), "a public key as it was written by Myotis") from None


def write_private_key(path: Path, key: PrivateKey, passphrase: str, entropy: Callable[[int], bytes]) -> None:
    """Write a private key under a passphrase, readable to its owner alone.

    Raises SealError for a passphrase of fewer than 12 characters, InputError where the file exists or can't be written.
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise SealError(f"the passphrase is too short; expected at least {LEAST_PASSPHRASE} characters")
    derivation = DERIVATION | {"salt": entropy(SALT_BYTES).hex()}
    sealed = seal_text(
        _derive(passphrase, derivation), key.secret.hex(), write_canonical(key.public.document()), entropy
    )
    document = {"form": PRIVATE_FORM, "key": key.public.document(), "derivation": derivation, "sealed": sealed}
    write_new_file(path, _print(document), mode=OWNER_ALONE)


def read_private_key(path: Path, passphrase: str) -> PrivateKey:
    """Read a private key. Raises InputError where the file holds none, SealError where the passphrase is wrong."""
    document = _read_document(path, (PRIVATE_FORM,))
    public = read_public_key(path)
    derivation = document.get("derivation")
    if not isinstance(derivation, Mapping) or {**derivation, "salt": ""} != {**DERIVATION, "salt": ""}:
        raise _fault(path, "the way from the passphrase to the key is unknown", "Argon2id as Myotis uses it")
    try:
        key = _derive(passphrase, derivation)
        return rebuild_key(
            public, bytes.fromhex(open_text(key, str(document.get("sealed")), write_canonical(public.document())))
        )
    except (SealError, ValueError):
        raise SealError(
            f"{path}: the private key can't be opened: the passphrase is wrong, or the file was changed"
        ) from None


def write_record(path: Path, record: SignedRecord) -> None:
    """Write a signed record. Raises InputError where the file exists or can't be written."""
    write_new_file(path, _print(record.document()))


def read_record(path: Path, *kinds: str) -> SignedRecord:
    """Read a signed record of one of these kinds. Raises InputError where the file holds none."""
    document = _read_document(path, tuple(form_of(kind) for kind in kinds))
    kind = next(kind for kind in kinds if form_of(kind) == document["form"])
    try:
        return SignedRecord.parse(kind, document)
    except SealError as error:
        raise _fault(path, str(error), f"a {kind} as it was written by Myotis") from None


def check_absent(*paths: Path) -> None:
    """Raise InputError with every file that exists already, before anything is written."""
    if faults := [fault for path in paths if os.path.lexists(path) for fault in _exists(path).faults]:
        raise InputError(faults)


def write_new_file(path: Path, text: str, *, mode: int = EVERYBODY_READS) -> None:
    """Write a file that doesn't exist yet, wholly or not at all.

    Raises InputError where it exists or can't be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise _fault(
            path, "the file exists, and is not written over", "another name, or the old file moved away"
        ) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def read_json(path: Path) -> Any:
    """The JSON value of a file.

    Raises InputError where it can't be read, is none, or has a name twice in one object.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_refuse_repeated)
    except OSError as error:
        raise _fault(path, f"the file can't be read ({error.strerror})", "a file that exists and may be read") from None
    except (ValueError, RecursionError):
        raise _fault(path, "the file is no JSON", "a file as it was written by Myotis") from None


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; two programs could read one with a name twice in two ways."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def _read_document(path: Path, forms: tuple[str, ...]) -> Mapping[str, Any]:
    document = read_json(path)
    if not isinstance(document, Mapping) or document.get("form") not in forms:
        raise _fault(path, "the file has another form", " or ".join(f"the form {form!r}" for form in forms))
    return document


def _derive(passphrase: str, derivation: Mapping[str, Any]) -> bytes:
    argon = Argon2id(
        salt=bytes.fromhex(str(derivation["salt"])), length=KEY_BYTES, iterations=PASSES,
        lanes=LANES, memory_cost=MEMORY_KIB,
    )  # fmt: skip
    return argon.derive(unicodedata.normalize("NFKC", passphrase).encode())


def _print(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _exists(path: Path) -> InputError:
    return _fault(path, "the file exists, and is not written over", "another name, or the old file moved away")


def _unwritable(path: Path, error: OSError) -> InputError:
    return _fault(path, f"the file can't be written ({error.strerror})", "a place with room that one may write to")


def _fault(path: Path, what: str, expected: str) -> InputError:
    return InputError([Fault(what=what, expected=expected, file=str(path))])
