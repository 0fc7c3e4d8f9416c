from myotis.protocol.read import read_trial
from myotis.report.words import Words, join_words, lower_first, read_option, sentence_case

WORDS = Words(read_trial("proderm").plan.display)


def test_percents_are_rounded_from_their_counts():
    assert WORDS.fraction(37, 47) == "37/47 (78.7\xa0%)"
    assert WORDS.count_percent(1, 16) == "1 (6.3\xa0%)"  # 6.25, a half goes away from zero
    assert WORDS.count_percent(3, 0) == "3"
    assert WORDS.percent(0, 0) == "–"


def test_p_values_have_no_zero():
    assert WORDS.p_equals(0.00004) == "p\xa0<\xa00.0001"
    assert WORDS.p_equals(0.00079) == "p\xa0=\xa00.0008"
    assert WORDS.p_equals(None) == "no p-value"


def test_what_is_missing_is_a_dash_and_minus_is_a_minus():
    assert WORDS.mean_sd(-9.36, None) == "−9.4 (–)"
    assert WORDS.interval(-12.53, -6.25) == "−12.5 to −6.3"
    assert WORDS.interval(None, 3) == "–"


def test_words_are_joined_and_cased():
    assert join_words(["a", "b", "c"]) == "a, b and c"
    assert join_words(["a"]) == "a"
    assert lower_first("Physician global") == "physician global"
    assert lower_first("TIS of 20") == "TIS of 20"
    assert sentence_case("ADVERSE EVENT") == "Adverse event"


def test_options_are_read_by_name():
    row = {"method_options": "missing=nonresponse; level=0.95"}
    assert read_option(row, "level") == "0.95"
    assert read_option(row, "strata") == ""
    assert read_option(None, "level") == ""


def test_the_plan_says_how_many_decimals():
    display = read_trial("proderm").plan.display
    words = Words(display.model_copy(update={"percent_decimals": 2, "mean_decimals": 0, "p_value_decimals": 3}))
    assert words.percent(37, 47) == "78.72\xa0%"
    assert words.count_percent(37, 47) == "37 (78.72\xa0%)"
    assert words.interval(16.704, 53.236, percent=True) == "16.70 to 53.24"
    assert words.mean(-9.36) == "−9"
    assert words.p_value(0.00079) == "<0.001"
