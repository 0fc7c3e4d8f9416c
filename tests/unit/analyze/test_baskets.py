"""Query baskets: what a file may hold, and which events each scope finds."""

import polars as pl
import pytest

from myotis.analyze.safety.baskets import read_baskets, select_events
from myotis.errors import InputError

FILE = """basket,term,scope,category,algorithm
Thrombosis,Clot,narrow,A,A or (B and C)
Thrombosis,Swelling,broad,B,
Thrombosis,Pain,broad,C,
Hemolysis,Dark urine,narrow,,
"""


def write(folder, text):
    path = folder / "baskets.csv"
    path.write_text(text, "utf-8")
    return path


def events(*pairs):
    rows = [
        {"USUBJID": subject, "AESEQ": number, "AETERM": term, "AEDECOD": None if term == "dark URINE" else term}
        for number, (subject, term) in enumerate(pairs, 1)
    ]
    return pl.DataFrame(
        rows, schema={"USUBJID": pl.String, "AESEQ": pl.Int64, "AETERM": pl.String, "AEDECOD": pl.String}
    )


EVENTS = events(("a", "Clot"), ("b", "SWELLING"), ("b", "Pain"), ("c", "Pain"), ("c", "Cough"), ("d", "dark URINE"))


@pytest.mark.parametrize(
    ("basket", "scope", "found"),
    [
        ("Thrombosis", "narrow", [1]),
        ("Thrombosis", "broad", [1, 2, 3, 4]),
        ("Thrombosis", "algorithmic", [1, 2, 3]),  # c has C without B
        ("Hemolysis", "narrow", [6]),  # by its reported term
        ("Hemolysis", "broad", [6]),
    ],
)
def test_each_scope_finds_its_events(tmp_path, basket, scope, found):
    baskets = {entry.name: entry for entry in read_baskets(write(tmp_path, FILE))}
    selected = select_events(EVENTS, baskets[basket], scope)
    assert selected["AESEQ"].to_list() == found
    assert selected.columns == EVENTS.columns


@pytest.mark.parametrize(
    ("algorithm", "subjects"),
    [("weights > 3", ["b"]), ("weights >= 3", ["a", "b"]), ("A or weights > 100", ["a"]), ("weights > 4", [])],
)
def test_weights_are_summed_over_the_terms_of_a_subject(tmp_path, algorithm, subjects):
    """a has the clot (3) twice, which counts once; b swelling and pain (2 each); c pain alone."""
    rows = ("Clot,narrow,A,3", "Swelling,broad,B,2", "Pain,broad,B,2")
    text = "basket,term,scope,category,weight,algorithm\n" + "".join(f"X,{row},{algorithm}\n" for row in rows)
    (basket,) = read_baskets(write(tmp_path, text))
    having = events(("a", "Clot"), ("a", "Clot"), ("b", "SWELLING"), ("b", "Pain"), ("c", "Pain"))
    assert select_events(having, basket, "algorithmic")["USUBJID"].unique().sort().to_list() == subjects


def test_a_basket_without_algorithm_has_two_scopes(tmp_path):
    thrombosis, hemolysis = read_baskets(write(tmp_path, FILE))
    assert thrombosis.scopes == ("narrow", "broad", "algorithmic")
    assert hemolysis.scopes == ("narrow", "broad")


def test_category_and_algorithm_may_be_absent(tmp_path):
    (basket,) = read_baskets(write(tmp_path, "basket,term,scope\nX,Clot,Narrow\n"))
    assert select_events(EVENTS, basket, "narrow")["AESEQ"].to_list() == [1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("basket,scope\nX,narrow\n", "the column is absent"),
        ("basket,term,scope\nX,,narrow\n", "the value is missing"),
        ("basket,term,scope\nX,Clot,wide\n", "the scope is not known"),
        ("basket,term,scope\nX,Clot,narrow\nX,CLOT,broad\n", "has this term already"),
        ("basket,term,scope,category,algorithm\nX,Clot,narrow,A,A or B\n", "of the category B"),
        ("basket,term,scope,category,algorithm\nX,Clot,narrow,A,A or (\n", "can't be read"),
        ("basket,term,scope,category,algorithm\nX,Clot,narrow,A,not A\n", "can't be read"),
        ("basket,term,scope,category,algorithm\nX,Clot,narrow,A,f(A)\n", "can't be read"),
        ("basket,term,scope,category,algorithm\nX,Clot,narrow,A,A > 3\n", "can't be read"),
        ("basket,term,scope,category,algorithm\nX,Clot,narrow,A,3\n", "can't be read"),
        ("basket,term,scope,weight\nX,Clot,narrow,heavy\n", "the weight is no number"),
        ("basket,term,scope,algorithm\nX,Clot,narrow,weights > 3\n", "no term of the basket has a weight"),
        ("basket,term,scope,category,algorithm\nX,a,narrow,A,A\nX,b,broad,B,B\n", "different algorithms"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_baskets(write(tmp_path, text))


def test_all_faults_come_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        read_baskets(write(tmp_path, "basket,term,scope\nX,,narrow\n,Clot,wide\n"))
    assert len(caught.value.faults) == 3
