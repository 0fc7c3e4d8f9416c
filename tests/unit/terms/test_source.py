from myotis.terms.source import Fact, HasFacts, Source, Sourced, Status


def test_a_sourced_value_is_one_fact():
    source = Source("Paper, Table 1", Status.RECALLED, "the footnote was not read")
    sourced = Sourced(15, "Range of CK", source)
    assert isinstance(sourced, HasFacts)
    assert list(sourced.facts()) == [Fact("Range of CK", "15", source)]
    assert not isinstance(15, HasFacts)
    assert [str(status) for status in Status] == ["verified", "derived", "recalled", "assumed", "open"]
