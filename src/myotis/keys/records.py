"""What happens to a key in its life: a drill that shows that its holder can use it, a report that it is compromised.

Both are signed records, which anybody checks with public keys.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from myotis.errors import SealError
from myotis.keys.canonical import digest_text
from myotis.keys.envelope import open_envelope, seal_envelope
from myotis.keys.pairs import PrivateKey, PublicKey
from myotis.keys.signature import check_signature, sign_record

ANSWER_BYTES: Final = 32
DRILL: Final = "record of a key drill"
COMPROMISED: Final = "report of a compromised key"
DRILL_CONTEXT: Final = "myotis key drill"


def form_of(kind: str) -> str:
    """What the file of a kind of record calls its form."""
    return f"myotis {kind} 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRecord:
    """A record with its signature. ``kind`` is ``DRILL``, ``COMPROMISED`` or what other modules sign."""

    kind: str
    record: Mapping[str, Any]
    signed_by: str
    """The fingerprint of the key."""
    signature: str

    @classmethod
    def sign(cls, key: PrivateKey, kind: str, record: Mapping[str, Any]) -> Self:
        """The record, signed."""
        return cls(kind=kind, record=record, signed_by=key.public.key_id, signature=sign_record(key, kind, record))

    def check(self, keys: Sequence[PublicKey]) -> PublicKey:
        """The key among these that signed the record. Raises SealError where none did."""
        for key in keys:
            if key.key_id == self.signed_by:
                check_signature(key, self.kind, self.record, self.signature)
                return key
        raise SealError(
            f"the {self.kind} is signed with key {self.signed_by[:8]}, which is none of the public keys given"
        )

    def document(self) -> dict[str, Any]:
        """The record as a JSON value."""
        return {
            "form": form_of(self.kind),
            "record": dict(self.record),
            "signed_by": self.signed_by,
            "signature": self.signature,
        }

    @classmethod
    def parse(cls, kind: str, document: Any) -> Self:
        """The record of this kind that a JSON value holds. Raises SealError where it holds none."""
        if not isinstance(document, Mapping) or set(document) != {"form", "record", "signed_by", "signature"}:
            raise SealError(f"this is no {kind}; expected the fields form, record, signed_by and signature")
        signed_by, signature, record = document["signed_by"], document["signature"], document["record"]
        right_types = isinstance(record, Mapping) and isinstance(signed_by, str) and isinstance(signature, str)
        if document["form"] != form_of(kind) or not right_types:
            raise SealError(f"this is no {kind}; its form is another one")
        return cls(kind=kind, record=record, signed_by=signed_by, signature=signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """An envelope for a holder, and the digest of what is in it: who can say what is in it has the key."""

    envelope: bytes
    digest: str


def make_challenge(key: PublicKey, entropy: Callable[[int], bytes]) -> Challenge:
    """Seal a random answer to a holder."""
    answer = entropy(ANSWER_BYTES)
    return Challenge(
        envelope=seal_envelope(key, answer, f"{DRILL_CONTEXT} {key.key_id}"), digest=digest_text(answer.hex())
    )


def answer_challenge(key: PrivateKey, challenge: Challenge, at: str, also_opened: str | None = None) -> SignedRecord:
    """Open a challenge and sign what was in it.

    ``at`` is the time as text, ``also_opened`` the digest of what else the holder has opened in the drill, such as a
    sealed list. Raises SealError where the private key opens nothing that is sealed to the public one.
    """
    answer = open_envelope(key, challenge.envelope, f"{DRILL_CONTEXT} {key.public.key_id}").hex()
    record = {
        "key_id": key.public.key_id, "role": key.public.role, "holder": key.public.holder, "at": at,
        "challenge": challenge.digest, "answer": answer, "also_opened": also_opened,
    }  # fmt: skip
    return SignedRecord.sign(key, DRILL, record)


def check_drill(drill: SignedRecord, key: PublicKey, challenge: str | None = None) -> None:
    """Raise SealError unless the record shows that the holder of a key could open and sign.

    ``challenge`` is the digest of the challenge where somebody else made it; without it the holder made it, and the
    record shows as much as the holder is trusted.
    """
    drill.check([key])
    asked = drill.record.get("challenge")
    if drill.record.get("key_id") != key.key_id or (challenge is not None and asked != challenge):
        raise SealError("the drill is one of another key, or answers another challenge")
    if digest_text(str(drill.record.get("answer"))) != asked:
        raise SealError("the answer is not what was in the envelope of the drill")


def report_compromised(reporter: PrivateKey, key: PublicKey, at: str, reason: str) -> SignedRecord:
    """A report that somebody else may have a key, or that it is lost. ``at`` is the time as text.

    Anybody with a key of the trial can report any key. ``reason`` holds no secret: everybody reads it.
    """
    record = {"key_id": key.key_id, "role": key.role, "at": at, "reason": reason}
    return SignedRecord.sign(reporter, COMPROMISED, record)


def list_compromised(reports: Sequence[SignedRecord], keys: Sequence[PublicKey]) -> frozenset[str]:
    """The fingerprints of the keys that were reported. Raises SealError for a report that none of ``keys`` signed."""
    for report in reports:
        report.check(keys)
    return frozenset(str(report.record.get("key_id")) for report in reports)
