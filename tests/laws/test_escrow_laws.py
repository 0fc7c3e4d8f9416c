"""Any m of n shares give the key; fewer do not; a typing error or a share of something else is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keys import key_of

from myotis.errors import SealError
from myotis.keys.escrow import Share, recover_key, split_key

KEY = key_of("escrow")


@st.composite
def splittings(draw):
    shares = draw(st.integers(2, 7))
    return draw(st.integers(2, shares)), shares


@given(splitting=splittings(), data=st.data())
@settings(max_examples=30, deadline=None)
def test_any_m_shares_recover_the_key_and_no_fewer_do(splitting, data):
    threshold, count = splitting
    shares = data.draw(st.permutations(split_key(KEY, threshold, count)))
    assert recover_key(KEY.public, shares[:threshold]) == KEY
    assert recover_key(KEY.public, shares) == KEY
    with pytest.raises(SealError, match=f"{threshold} different shares are needed, {threshold - 1} were given"):
        recover_key(KEY.public, shares[: threshold - 1])


@given(splitting=splittings(), data=st.data())
@settings(max_examples=30, deadline=None)
def test_fewer_shares_that_lie_about_their_threshold_still_give_nothing(splitting, data):
    threshold, count = splitting
    if threshold == 2:
        return
    few = data.draw(st.permutations(split_key(KEY, threshold, count)))[: threshold - 1]
    lying = [
        Share(number=share.number, threshold=threshold - 1, shares=count, key=share.key, data=share.data)
        for share in few
    ]
    with pytest.raises(SealError, match="don't give the key"):
        recover_key(KEY.public, lying)


@given(splitting=splittings())
@settings(max_examples=20, deadline=None)
def test_a_printed_share_is_read_as_it_was(splitting):
    for share in split_key(KEY, *splitting):
        line = share.write()
        assert Share.parse(line) == share
        assert Share.parse(f"  {line.lower()} \n") == share
        assert Share.parse(line[:35] + line[35:].replace("O", "0").replace("I", "1").replace("B", "8")) == share or (
            "B" in line[-9:] or "O" in line[:35]
        )


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_one_wrong_character_is_told(data):
    line = split_key(KEY, 2, 3)[data.draw(st.integers(0, 2))].write()
    position = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    if line[position] not in {other, "-"} and {line[position], other} not in ({"O", "0"}, {"I", "1"}, {"B", "8"}):
        with pytest.raises(SealError, match=r"typing error|no share of a key"):
            Share.parse(line[:position] + other + line[position + 1 :])


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_two_exchanged_neighbors_are_told(data):
    line = split_key(KEY, 2, 3)[0].write()
    position = data.draw(st.integers(0, len(line) - 2))
    first, second = line[position], line[position + 1]
    if first != second and "-" not in {first, second}:
        with pytest.raises(SealError, match=r"typing error|no share of a key"):
            Share.parse(line[:position] + second + first + line[position + 2 :])
