"""Roots whose value is known, many at once, with their ends and with functions that jump."""

import numpy as np
import pytest

from myotis.statistics.bracketed_root import find_bracketed_roots


def test_cube_roots_of_many_numbers():
    numbers = np.array([1e-9, 0.5, 2, 27, 1e6])
    roots = find_bracketed_roots(lambda x, a: x**3 - a, np.zeros(5), np.full(5, 1000.0), numbers)
    np.testing.assert_allclose(roots, np.cbrt(numbers), rtol=1e-12)


def test_a_jump_is_found_like_a_root():
    (root,) = find_bracketed_roots(lambda x: np.where(x < 0.3, -1e9, 1e9), np.array([-1.0]), np.array([1.0]))
    assert root == pytest.approx(0.3, abs=1e-14)


def test_without_a_change_of_sign_the_answer_is_the_far_end():
    roots = find_bracketed_roots(lambda x: x + 2, np.array([-1.0, 0]), np.array([1.0, 0]))
    assert roots.tolist() == [1, 0]


def test_a_root_at_an_end():
    roots = find_bracketed_roots(lambda x: x, np.array([0.0, -1]), np.array([1.0, 0]))
    np.testing.assert_allclose(roots, 0, atol=1e-15)
