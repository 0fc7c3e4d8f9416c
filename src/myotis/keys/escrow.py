"""A key that several people hold together: any m of n shares recover it, fewer tell nothing.

Shamir's secret sharing, of pycryptodome. It shares 16 bytes at a time, so the secret is shared in two halves; the two
halves of a share stay together. A share is one line of text that can be printed and typed.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from Crypto.Protocol.SecretSharing import Shamir

from myotis.errors import SealError
from myotis.keys.canonical import digest_text
from myotis.keys.pairs import SECRET_BYTES, PrivateKey, PublicKey, rebuild_key

MOST_SHARES: Final = 20
HALF: Final = SECRET_BYTES // 2
CHECK_DIGITS: Final = 8
KEY_DIGITS: Final = 8
DATA_DIGITS: Final = 52
"""32 bytes in base 32, without filling."""

LINE: Final = re.compile(
    rf"MYOTIS-SHARE-(\d+)-ANY-(\d+)-OF-(\d+)-KEY-([0-9A-F]{{{KEY_DIGITS}}})-([A-Z2-7]{{{DATA_DIGITS}}})([0-9A-F]{{{CHECK_DIGITS}}})"
)
MISREAD: Final = str.maketrans({"0": "O", "1": "I", "8": "B"})
"""Figures that base 32 does not have, and the letters that they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share. ``threshold``: how many are needed; ``shares``: how many there are; ``data``: the secret part."""

    number: int
    threshold: int
    shares: int
    key: str
    data: bytes = field(repr=False)

    def write(self) -> str:
        """The share as one line for print: the letters in groups of four, the last two of them a check."""
        head = f"MYOTIS-SHARE-{self.number}-ANY-{self.threshold}-OF-{self.shares}-KEY-{self.key.upper()}"
        letters = base64.b32encode(self.data).decode().rstrip("=")
        letters += _check(head, letters)
        return "-".join([head, *(letters[start : start + 4] for start in range(0, len(letters), 4))])

    @classmethod
    def parse(cls, line: str) -> Self:
        """The share that a line holds; small letters, spaces and missing hyphens among the groups don't matter.

        Raises SealError where it has not the form of a share, or a character is wrong.
        """
        found = LINE.fullmatch(_tidy(line))
        if not found:
            raise SealError(
                "the line is no share of a key, or characters are missing or too many; expected "
                "MYOTIS-SHARE-1-ANY-2-OF-3-KEY- and 17 groups of four characters"
            )
        number, threshold, shares, key, letters, check = found.groups()
        head = f"MYOTIS-SHARE-{number}-ANY-{threshold}-OF-{shares}-KEY-{key}"
        if _check(head, letters) != check:
            raise SealError(f"share {number} has a typing error: its check doesn't fit. Compare it with the paper")
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
        return cls(number=int(number), threshold=int(threshold), shares=int(shares), key=key.lower(), data=data)


def split_key(key: PrivateKey, threshold: int, shares: int) -> tuple[Share, ...]:
    """Split a key so that any ``threshold`` of ``shares`` recover it.

    Raises SealError for a threshold below 2 or above the number of shares, and for more than 20 shares.
    """
    if not 2 <= threshold <= shares <= MOST_SHARES:
        raise SealError(
            f"a key can't be split so that any {threshold} of {shares} shares recover it; expected at least 2, "
            f"at most as many as there are shares, and no more than {MOST_SHARES} shares"
        )
    first, second = (Shamir.split(threshold, shares, half) for half in (key.secret[:HALF], key.secret[HALF:]))
    return tuple(
        Share(
            number=number, threshold=threshold, shares=shares, key=key.public.key_id[:KEY_DIGITS], data=left + right
        )
        for (number, left), (_, right) in zip(first, second, strict=True)
    )  # fmt: skip


def recover_key(public: PublicKey, shares: Iterable[Share]) -> PrivateKey:
    """The key from enough of its shares; more than enough do no harm.

    Raises SealError where shares belong to another key or to another splitting, where there are too few, and where
    they don't give the key.
    """
    given = {share.number: share for share in shares}
    if strangers := sorted(share.number for share in given.values() if share.key != public.key_id[:KEY_DIGITS]):
        raise SealError(f"{_name(strangers)} of another key than {public.describe()}")
    thresholds = {share.threshold for share in given.values()}
    if len(thresholds) > 1:
        raise SealError("the shares are of different splittings of the key: they ask for different numbers of shares")
    needed = thresholds.pop() if thresholds else 2
    if len(given) < needed:
        raise SealError(f"{needed} different shares are needed, {len(given)} were given")
    chosen = list(given.values())[:needed]
    halves = [Shamir.combine([(share.number, share.data[part]) for share in chosen]) for part in _HALVES]
    try:
        return rebuild_key(public, b"".join(halves))
    except SealError:
        raise SealError(
            f"the shares don't give {public.describe()}: at least one is of another splitting of it. Try others"
        ) from None


_HALVES: Final = (slice(0, HALF), slice(HALF, SECRET_BYTES))


def _tidy(line: str) -> str:
    """A line without spaces, in capitals, its groups joined and misread characters of base 32 put right."""
    parts = re.sub(r"\s", "", line).upper().split("-")
    head, rest = "-".join(parts[:9]), "".join(parts[9:])
    return f"{head}-{rest[:DATA_DIGITS].translate(MISREAD)}{rest[DATA_DIGITS:]}"


def _check(head: str, letters: str) -> str:
    return digest_text(f"{head}-{letters}")[:CHECK_DIGITS].upper()


def _name(numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers))
    return f"share {listed} is" if len(numbers) == 1 else f"shares {listed} are"
