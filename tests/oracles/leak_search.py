"""What a secret looks like: as it is, in any case, in base64 and hexadecimal digits, or as a digest that anybody could
make again by trying."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable

FEWEST = 5
"""Shorter pieces of base64 turn up in a text by chance."""
CIPHERTEXT = re.compile(r"[A-Za-z0-9+/_-]{150,}={0,2}")
"""A run so long is a ciphertext or means to look like one. In it, four letters in any case turn up by chance."""
HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b")


class LeakSearch:
    """Looks for secrets, however they are written."""

    def __init__(self, secrets: Iterable[str]) -> None:
        secrets = tuple(secrets)
        self.in_few_cases = {way(secret): f"{secret!r}" for secret in secrets for way in (str, str.lower, str.upper)}
        self.in_any_case: dict[str, str] = {}
        self.as_written: dict[str, str] = {}
        for secret in secrets:
            raw = secret.encode()
            self.in_any_case[secret.lower()] = f"{secret!r}"
            self.in_any_case[raw.hex()] = f"{secret!r} in hexadecimal digits"
            for piece in find_base64(raw):
                self.as_written[piece] = f"{secret!r} in base64"
            for text in (raw, json.dumps(secret).encode()):
                for name in HASHES:
                    digest = hashlib.new(name, text)
                    self.in_any_case[digest.hexdigest()] = f"{name} of {secret!r}"
                    self.as_written[base64.b64encode(digest.digest()).decode().rstrip("=")] = f"{name} of {secret!r}"

    def find(self, text: str) -> list[str]:
        """Every secret in a text, with the way in which it is written; nothing where there is none."""
        found = [leak for run in set(CIPHERTEXT.findall(text)) for leak in self._find_in_ciphertext(run)]
        rest = CIPHERTEXT.sub(" ", text)
        low = rest.lower()
        found += [what for piece, what in self.in_any_case.items() if piece in low]
        return found + [what for piece, what in self.as_written.items() if piece in rest]

    def _find_in_ciphertext(self, run: str) -> list[str]:
        """What a run of base64 has in it, as it stands and decoded."""
        found = [what for piece, what in {**self.in_few_cases, **self.as_written}.items()
                 if len(piece) > FEWEST and piece in run]  # fmt: skip
        try:
            decoded = base64.b64decode(run.replace("-", "+").replace("_", "/") + "==").decode("latin-1")
        except binascii.Error:
            return found
        return found + [f"{what} in base64" for piece, what in self.in_few_cases.items() if piece in decoded]


def find_base64(raw: bytes) -> set[str]:
    """The pieces of base64 that tell bytes, wherever among others they stand: of each shift, the signs that hang on
    these bytes alone."""
    pieces = set()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        first, last = -(-8 * shift // 6), 8 * (shift + len(raw)) // 6
        piece = whole[first:last].decode()
        if len(piece) >= FEWEST:
            pieces |= {piece, piece.replace("+", "-").replace("/", "_")}
    return pieces
