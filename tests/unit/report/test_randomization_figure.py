import re

from myotis.report.randomization import PANELS, Curves, draw_randomization
from myotis.report.svg import stand_alone

TWO = Curves("blocks of 2", [1.0, 0.0], [0.5, 1.0], [0.5, 1.0], [0.0, 1.0])
ONE = Curves("simple", [1.0, 1.1], [0.5, 0.5], [0.5, 0.5], [0.0, 0.0])


def test_every_procedure_and_every_panel_is_named():
    drawn = draw_randomization([TWO, ONE], arms=2)
    for words in ("blocks of 2", "simple", *PANELS):
        assert len(re.findall(f">{words}<", drawn)) == 1


def test_the_same_numbers_give_the_same_figure():
    assert draw_randomization([TWO], arms=2) == draw_randomization([TWO], arms=2)
    assert draw_randomization([TWO], arms=2) != draw_randomization([TWO], arms=3)


def test_a_file_of_its_own_says_what_it_is():
    alone = stand_alone(draw_randomization([TWO], arms=2))
    assert alone.startswith('<svg xmlns="')
    assert alone.endswith("</svg>\n")
