"""What a secret looks like: as it is, in any case, in base64 and hexadecimal digits, or as a digest that anybody could
make again by trying."""

import base64
import hashlib
import json
from collections.abc import Iterable

FEWEST = 5
"""Shorter pieces of base64 turn up in any ciphertext by chance."""
HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b")


class LeakSearch:
    """Looks for secrets, however they are written."""

    def __init__(self, secrets: Iterable[str]) -> None:
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
        low = text.lower()
        return [what for piece, what in self.in_any_case.items() if piece in low] + [
            what for piece, what in self.as_written.items() if piece in text
        ]


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
