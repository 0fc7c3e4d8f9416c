"""Text files as users make them: the oracle is RFC 4180 and what was typed."""

from pathlib import Path

import polars as pl
import pytest

from myotis.errors import InputError
from myotis.exchange import csv as csv_module
from myotis.exchange.reading import open_table
from myotis.exchange.tables import stack


def read(folder: Path, content: bytes, name: str = "visits.csv") -> pl.DataFrame:
    path = folder / name
    path.write_bytes(content)
    return stack(list(open_table(path).batches(1000)))


def faults(folder: Path, content: bytes, name: str = "visits.csv") -> list[tuple[int | None, str]]:
    with pytest.raises(InputError) as caught:
        read(folder, content, name)
    assert all(fault.file and fault.file.endswith(name) for fault in caught.value.faults)
    return [(fault.row, fault.what) for fault in caught.value.faults]


def test_texts_stay_as_they_were_written(tmp_path: Path) -> None:
    frame = read(tmp_path, b"subject,haq,country\nS1, 1.50 ,NA\nS2,1e1,.\n")
    assert frame.rows() == [("S1", " 1.50 ", "NA"), ("S2", "1e1", ".")]


def test_empty_fields_are_null_with_and_without_quotation_marks(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b,c\n,"",x\n').rows() == [(None, None, "x")]


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n", b"\xef\xbb\xbfa,b\n1,2\n", b"a,b\r\n1,2\r\n", b"a,b\n1,2", b"a,b\r\n1,2\r\n\r\n\n"]
)
def test_byte_order_mark_and_line_ends_do_not_matter(tmp_path: Path, content: bytes) -> None:
    frame = read(tmp_path, content)
    assert frame.columns == ["a", "b"]
    assert frame.rows() == [("1", "2")]


def test_quoted_fields_may_hold_anything(tmp_path: Path) -> None:
    frame = read(tmp_path, b'"a","b"\r\n"x, ""y""","line 1\nline 2"\r\n"","z"\r\n')
    assert frame.rows() == [('x, "y"', "line 1\nline 2"), (None, "z")]


def test_tabs_separate_tsv(tmp_path: Path) -> None:
    assert read(tmp_path, b"a\tb\n1,5\t2\n", "visits.tsv").rows() == [("1,5", "2")]


def test_one_column_and_wide_letters(tmp_path: Path) -> None:
    subjects = ["日本-001", "é" * 300, "🦇"]
    frame = read(tmp_path, "subject\n{}\n{}\n{}\n".format(*subjects).encode())
    assert frame["subject"].to_list() == subjects


def test_names_lose_the_spaces_around_them(tmp_path: Path) -> None:
    assert read(tmp_path, b" subject , visit\nS1,0\n").columns == ["subject", "visit"]


def test_selected_columns_come_in_the_order_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(b"a,b,c\n1,2,3\n")
    assert next(open_table(path).batches(10, ("c", "a"))).rows(named=True) == [{"c": "3", "a": "1"}]


def test_every_ragged_row_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path, b"a,b\n1,2\n3\n4,5,6\n7,8\n") == [(3, "the row has 1 fields"), (4, "the row has 3 fields")]


def test_rows_are_counted_by_record_not_by_line(tmp_path: Path) -> None:
    assert faults(tmp_path, b'a,b\n"x\ny",2\n3\n') == [(3, "the row has 1 fields")]


def test_a_blank_line_between_rows_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, b"a,b\n1,2\n\n3,4\n\n") == [(3, "the line is blank")]


@pytest.mark.parametrize("content", [b'a,b\n1,2\n5" tall,2\n', b'a,b\n1,2\n"x"y,2\n', b'a,b\n1,2\n"x" ,2\n'])
def test_stray_quotation_marks_are_faults(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    assert "quotation" in str(caught.value) or "does not end" in str(caught.value)


def test_an_unclosed_quotation_mark_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, b'a,b\n1,2\n"3,4\n5,6\n') == [(None, "a record does not end")]


def test_latin_1_is_told_by_byte_and_row(tmp_path: Path) -> None:
    found = faults(tmp_path, "a,b\n1,2\nM\u00fcller,3\n".encode("latin-1"))
    assert found == [(3, "the file is not UTF-8: byte 10 is no part of a text")]


def test_latin_1_in_the_heading(tmp_path: Path) -> None:
    assert faults(tmp_path, "\u00e4,b\n1,2\n".encode("latin-1"))[0][0] == 1


def test_utf_16_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path, "a,b\n1,2\n".encode("utf-16")) == [(None, "the file is UTF-16")]


def test_a_zero_byte_is_no_text(tmp_path: Path) -> None:
    assert faults(tmp_path, b"a,b\n1,\0\n")[0][0] == 2


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"\r\n\r\n", b"  \n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    assert faults(tmp_path, content) == [(None, "the file is empty")]


@pytest.mark.parametrize("content", [b"a,b", b"a,b\n", b"a,b\r\n\r\n"])
def test_a_heading_without_rows(tmp_path: Path, content: bytes) -> None:
    assert faults(tmp_path, content) == [(None, "the file has a heading and no rows")]


def test_names_twice_and_empty_names_are_all_told(tmp_path: Path) -> None:
    found = faults(tmp_path, b'"",ck,haq,ck ,haq,x\n1,2,3,4,5,6\n')
    assert [what for _, what in found] == ["column 1 has no name"] + ["there are two columns of this name"] * 2


def test_old_macintosh_line_ends_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read(tmp_path, b"a,b\r1,2\r3,4\r")
    assert faults(tmp_path, b"a,b\n1,2\r3,4\n5,6\n")[-1] == (2, "a carriage return stands alone")


def test_small_blocks_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = 'a,b\r\n"x, ""y""","1\n2"\r\n,é\r\n3,4\r\n\r\n'.encode()
    whole = read(tmp_path, content)
    for size in range(1, 20):
        monkeypatch.setattr(csv_module, "BLOCK_BYTES", size)
        assert read(tmp_path, content).rows() == whole.rows()


def test_small_blocks_find_the_same_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b'a,b\n1\n\n\n2,3\n4,5,6\n"7"8,9\n\n'
    whole = faults(tmp_path, content)
    assert [row for row, _ in whole] == [2, 6, 7, 3, 4]
    for size in range(1, 20):
        monkeypatch.setattr(csv_module, "BLOCK_BYTES", size)
        assert sorted(map(str, faults(tmp_path, content))) == sorted(map(str, whole))


def test_a_record_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_module, "BLOCK_BYTES", 8)
    monkeypatch.setattr(csv_module, "LONGEST_RECORD", 32)
    assert faults(tmp_path, b'a,b\n1,"' + b"x" * 1000) == [(None, "a record does not end")]


def test_batches_have_the_size_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("a\n" + "\n".join(map(str, range(25))) + "\n")
    source = open_table(path)
    assert [len(frame) for frame in source.batches(10)] == [10, 10, 5]
    assert stack(list(source.batches(7)))["a"].to_list() == [str(number) for number in range(25)]


def test_a_mark_that_is_part_of_the_first_field_stays(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n\ufeffx,1\n".encode()).rows() == [("\ufeffx", "1")]
