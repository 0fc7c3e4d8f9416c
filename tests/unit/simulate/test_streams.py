from myotis.simulate.streams import Streams


def test_a_stream_depends_on_seed_batch_and_name_alone():
    first, again = Streams(1, 4), Streams(1, 4)
    again.find("something", "else").random(100)
    assert first.find("noise", 3).random(5).tolist() == again.find("noise", 3).random(5).tolist()
    others = [Streams(2, 4).find("noise", 3), Streams(1, 5).find("noise", 3), Streams(1, 4).find("noise", 4)]
    assert len({Streams(1, 4).find("noise", 3).random(), *(other.random() for other in others)}) == 4


def test_a_stream_goes_on_where_it_was():
    streams = Streams(1)
    whole = Streams(1).find("noise").standard_normal(7).tolist()
    assert [*streams.find("noise").standard_normal(3), *streams.find("noise").standard_normal(4)] == whole


def test_names_do_not_run_into_one_another():
    assert Streams(1).find("a", "bc").random() != Streams(1).find("ab", "c").random()
    assert Streams(1, 12).find("a").random() != Streams(11, 2).find("a").random()
