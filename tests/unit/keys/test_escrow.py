"""Shares of a key: what is refused, and that another program recovers the key from what is printed."""

import base64
from dataclasses import replace

import pytest
from keys import key_of

from myotis.errors import SealError
from myotis.keys.escrow import Share, recover_key, split_key

KEY, OTHER = key_of("escrow"), key_of("escrow", "Another escrow")


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (0, 3), (4, 3), (2, 1), (2, 21), (-1, -1)])
def test_splittings_that_protect_nothing_or_lose_the_key_are_refused(threshold, count):
    with pytest.raises(SealError, match="expected at least 2"):
        split_key(KEY, threshold, count)


def test_a_share_of_another_key_is_told_by_its_number():
    own, strange = split_key(KEY, 2, 3), split_key(OTHER, 2, 3)
    with pytest.raises(SealError, match="share 3 is of another key"):
        recover_key(KEY.public, [own[0], strange[2]])
    with pytest.raises(SealError, match="shares 1, 3 are of another key"):
        recover_key(KEY.public, [strange[0], strange[2]])


def test_shares_of_two_splittings_of_the_key_are_told():
    first, second, third = split_key(KEY, 2, 3), split_key(KEY, 2, 3), split_key(KEY, 3, 3)
    with pytest.raises(SealError, match="don't give the key"):
        recover_key(KEY.public, [first[0], second[1]])
    with pytest.raises(SealError, match="different splittings"):
        recover_key(KEY.public, [first[0], third[1], third[2]])


def test_the_same_share_twice_counts_once():
    shares = split_key(KEY, 2, 3)
    with pytest.raises(SealError, match="2 different shares are needed, 1 were given"):
        recover_key(KEY.public, [shares[0], shares[0]])
    with pytest.raises(SealError, match="2 different shares are needed, 0 were given"):
        recover_key(KEY.public, [])


def test_a_share_never_shows_its_secret_part():
    share = split_key(KEY, 2, 3)[0]
    assert base64.b32encode(share.data).decode()[:52] not in repr(share)
    assert str(share.data) not in repr(share)


def test_the_number_of_a_share_is_under_its_check():
    line = split_key(KEY, 2, 3)[0].write()
    with pytest.raises(SealError, match="share 2 has a typing error"):
        Share.parse(line.replace("SHARE-1", "SHARE-2"))


@pytest.mark.parametrize("line", ["", "hello", "MYOTIS-SHARE-1-ANY-2-OF-3-KEY-", "-" * 30, "MYOTIS-SHARE-1"])
def test_what_is_no_share_is_told(line):
    with pytest.raises(SealError, match="no share of a key"):
        Share.parse(line)


def gf_multiply(a, b):
    """The product in GF(2^128) with x^128 + x^7 + x^2 + x + 1."""
    product = 0
    for place in range(b.bit_length()):
        if b >> place & 1:
            product ^= a << place
    for place in range(product.bit_length() - 1, 127, -1):
        if product >> place & 1:
            product ^= ((1 << 128) | 0x87) << (place - 128)
    return product


def gf_invert(a):
    """a to the power 2^128 - 2."""
    inverse, power = 1, a
    for _ in range(127):
        power = gf_multiply(power, power)
        inverse = gf_multiply(inverse, power)
    return inverse


def interpolate_at_zero(points):
    """Lagrange's polynomial at 0, the leading coefficient being 1: pycryptodome's variant adds x^k to each share."""
    secret = 0
    for x, y in points:
        weight = 1
        for other, _ in points:
            if other != x:
                weight = gf_multiply(weight, gf_multiply(other, gf_invert(x ^ other)))
        secret ^= gf_multiply(y, weight)
    return secret


def test_a_second_program_recovers_the_secret_from_printed_shares():
    shares = [Share.parse(share.write()) for share in split_key(KEY, 3, 5)][1:4]
    halves = [
        interpolate_at_zero([(share.number, int.from_bytes(share.data[part], "big")) for share in shares])
        for part in (slice(0, 16), slice(16, 32))
    ]
    assert b"".join(half.to_bytes(16, "big") for half in halves) == KEY.secret


def test_a_share_can_not_pass_for_another_number():
    shares = split_key(KEY, 2, 3)
    with pytest.raises(SealError, match="don't give the key"):
        recover_key(KEY.public, [shares[0], replace(shares[1], number=3)])
