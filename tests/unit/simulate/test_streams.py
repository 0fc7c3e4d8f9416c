from myotis.simulate.streams import Streams


def test_a_stream_depends_on_seed_and_name_alone():
    first, again, other = Streams(1), Streams(1), Streams(2)
    again.find("something", "else").random(100)
    assert first.find("noise", 3).random(5).tolist() == again.find("noise", 3).random(5).tolist()
    assert first.find("noise", 3).random() != other.find("noise", 3).random()
    assert first.find("noise", 3).random() != first.find("noise", 4).random()


def test_names_do_not_run_into_one_another():
    assert Streams(1).find("a", "bc").random() != Streams(1).find("ab", "c").random()
