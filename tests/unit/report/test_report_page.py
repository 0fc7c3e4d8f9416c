"""The page: one file that needs nothing else, is the same every time, can be read without seeing it, and shows the
numbers of the results rows."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from adam_frames import draw_datasets

from myotis.analyze.reproduce import read_published, reproduce_published
from myotis.analyze.trial import analyze_trial
from myotis.errors import InputError, SettingError
from myotis.protocol.read import read_trial
from myotis.report.html import render_report, write_report
from myotis.report.text import render_primary_result

TRIAL = read_trial("proderm")
VOID = {"meta", "br", "img", "link", "path", "use", "rect", "circle", "line", "hr"}


class Page(HTMLParser):
    """The elements of a page in their order, each with its attributes and the text inside it."""

    def __init__(self, text):
        super().__init__()
        self.elements, self._open, self.unclosed = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "attrs": dict(attrs), "text": "", "inside": [e["tag"] for e in self._open]}
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append({"tag": tag, "attrs": dict(attrs), "text": "", "inside": [e["tag"] for e in self._open]})

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if self._open[-1]["tag"] != tag:
            self.unclosed.append((self._open[-1]["tag"], tag))
        self._open.pop()

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def find(self, tag):
        return [element for element in self.elements if element["tag"] == tag]


@pytest.fixture(scope="module")
def results():
    return analyze_trial(draw_datasets(1), TRIAL, data_cut="week 40")


@pytest.fixture(scope="module")
def text(results):
    return render_report(results, TRIAL, reproduce_published(read_published("proderm")), simulated_seed=1)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def value(results, analysis_id, statistic, **about):
    return results.filter(pl.col("analysis_id") == analysis_id, pl.col("statistic") == statistic, **about)["value"][0]


def test_elements_are_closed_in_order(page):
    assert page.unclosed == []
    assert page._open == []


def test_the_same_input_gives_the_same_bytes(results, text):
    again = render_report(results, TRIAL, reproduce_published(read_published("proderm")), simulated_seed=1)
    assert again == text


def test_the_order_of_rows_of_the_datasets_is_not_on_the_page(results):
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=5) for name, frame in draw_datasets(1).items()}
    other = analyze_trial(shuffled, TRIAL, data_cut="week 40")
    assert render_report(other, TRIAL) == render_report(results, TRIAL)


def test_nothing_is_loaded_from_anywhere(page, text):
    assert not re.search(r"https?://|//cdn|@import|<script|<link|<img|<iframe", text)
    for element in page.elements:
        target = element["attrs"].get("href", element["attrs"].get("src"))
        assert target is None or target.startswith("#")
    assert all(url.startswith("#") for url in re.findall(r"url\(([^)]*)\)", text))


def test_links_and_references_lead_somewhere(page, text):
    ids = [element["attrs"]["id"] for element in page.elements if "id" in element["attrs"]]
    assert len(ids) == len(set(ids))
    targets = {e["attrs"]["href"][1:] for e in page.elements if e["attrs"].get("href", "").startswith("#")}
    targets |= set(re.findall(r"url\(#([^)]*)\)", text))
    assert targets <= set(ids)


def test_there_are_no_paths_and_no_times(text):
    assert not re.search(r"/(home|work|tmp|usr|src)/|\d{2}:\d{2}:\d{2}|\d{4}-\d{2}-\d{2}T", text)


def test_every_table_has_a_caption_and_headings(page):
    tables, captions = page.find("table"), page.find("caption")
    assert len(tables) == len(captions) > 15
    assert all(caption["text"].strip() and caption["inside"][-1] == "table" for caption in captions)
    assert all(head["attrs"].get("scope") in {"col", "row", "colgroup", "rowgroup"} for head in page.find("th"))


def test_every_row_has_as_many_cells_as_the_heading(text):
    for table in re.findall(r"<table.*?</table>", text, flags=re.DOTALL):
        rows = re.findall(r"<tr.*?</tr>", table, flags=re.DOTALL)
        widths = set()
        for row in rows:
            cells = re.findall(r"<t[hd]\b[^>]*>", row)
            widths.add(sum(int((re.search(r'colspan="(\d+)"', cell) or [0, 1])[1]) for cell in cells))
        assert len(widths) == 1


def test_every_figure_is_labeled_and_captioned(page):
    drawings = page.find("svg")
    assert len(drawings) == 10
    for drawing in drawings:
        assert drawing["attrs"]["role"] == "img"
        assert len(drawing["attrs"]["aria-label"]) > 40
    assert len(page.find("figcaption")) == len(page.find("figure")) == 11
    assert page.find("html")[0]["attrs"]["lang"] == "en"


def test_sections_are_listed_in_the_contents(page):
    titles = [heading["text"] for heading in page.find("h2")]
    links = [link["text"] for link in page.find("a") if "nav" in link["inside"]]
    assert titles == links
    assert titles[0] == "Primary result"
    assert titles[-1] == "The published figures, recomputed"


def test_the_key_sentence_has_the_numbers_of_the_rows(results, page):
    key = next(p["text"] for p in page.find("p") if p["attrs"].get("class") == "key").replace("\xa0", " ")
    plain = key.replace("−", "-")
    for arm in ("IVIG", "Placebo"):
        count = value(results, "primary", "count", group=arm)
        total = value(results, "primary", "denominator", group=arm)
        percent = value(results, "primary", "percent", group=arm)
        assert f"{count:.0f} of {total:.0f} subjects ({percent:.1f} %) in the {arm} arm" in key
    difference, lower, upper = (value(results, "primary", name, comparator="Placebo") for name in ("estimate", "lower", "upper"))  # fmt: skip  # noqa: E501
    assert f"a difference of {difference:.1f} percentage points" in plain
    assert f"95 % confidence interval, Wald: {lower:.1f} to {upper:.1f}" in plain
    p = value(results, "primary", "p_value")
    assert f"p = {p:.4f} (Cochran–Mantel–Haenszel test stratified by physician global disease activity)" in key
    assert key == render_primary_result(results, TRIAL)


def test_tables_show_the_numbers_of_the_rows(results, page):
    table = {element["text"].split("\n")[0]: element["text"] for element in page.find("tr")}
    text = " ".join(element["text"] for element in page.find("table")).replace("\xa0", " ")
    for parameter in ("AGE", "PHGLOB", "CDASIA"):
        mean = value(results, "baseline", "mean", parameter=parameter, group="Total")
        sd = value(results, "baseline", "sd", parameter=parameter, group="Total")
        assert f"{mean:.1f} ({sd:.1f})" in text
    for visit in ("Week 4", "Week 16", "Week 40"):
        mean = value(results, "tis", "mean", visit=visit, group="Placebo")
        assert f"{mean:.1f} (" in text
    lower = value(results, "core_set", "lower", visit="Week 16", group="IVIG", parameter="HAQDI", subgroup="change")
    assert f"{lower:.1f} to ".replace("-", "−") in text
    assert len(table) > 40


def cells_of(text, caption, header):
    """The cells of the first row of a table that has this header."""
    (table,) = re.findall(rf"<caption>{re.escape(caption)}</caption>.*?</table>", text, flags=re.DOTALL)
    row = re.search(rf'<th scope="row">{re.escape(header)}</th>(.*?)</tr>', table, flags=re.DOTALL)
    return [cell.replace("\xa0", " ") for cell in re.findall(r"<td>(.*?)</td>", row[1])]


@pytest.mark.parametrize(
    ("caption", "header", "analysis_id", "about", "groups"),
    [
        ("Subjects at baseline, full analysis set", "Moderate", "baseline",
         {"parameter": "STRATAR", "subgroup": "moderate"}, ("IVIG", "Placebo", "Total")),
        ("Subjects at baseline, full analysis set", "Female", "baseline", {"parameter": "SEX", "subgroup": "F"},
         ("IVIG", "Placebo", "Total")),
        ("Total Improvement Score by visit", "At least moderate, n (%)", "tis_at_least",
         {"visit": "Week 4", "subgroup": "moderate"}, ("IVIG", "Placebo")),
        ("Deterioration by visit", "Confirmed", "deterioration", {"visit": "Week 4", "subgroup": "confirmed"},
         ("IVIG", "Placebo")),
        ("Who responded, and why the others did not", "TIS below the threshold", "primary.non_response",
         {"subgroup": "tis_below_threshold"}, ("IVIG", "Placebo")),
        ("Disposition and analysis sets, by arm as randomized", "Entered the extension", "flow",
         {"parameter": "entered_extension"}, ("IVIG", "Placebo", "Total")),
    ],
)  # fmt: skip
def test_each_group_has_its_own_cell(results, text, caption, header, analysis_id, about, groups):
    expected = []
    for group in groups:
        rows = results.filter(analysis_id=analysis_id, statistic="count", group=group, **about)
        count, n = rows.select("value", "n").row(0)
        expected.append(f"{count:.0f} ({100 * count / n:.1f} %)")
    assert cells_of(text, caption, header) == expected


def test_digest_protocol_and_data_cut_are_named(text):
    assert TRIAL.digest in text
    assert "NCT02728752" in text
    assert "week 40" in text


def test_virtual_subjects_are_announced(results, text):
    assert "simulated\nfrom seed 1." in text
    assert "Virtual subjects" not in render_report(results, TRIAL)


def test_published_figures_stand_beside_recomputed_ones(page):
    rows = [element["text"] for element in page.find("tr")]
    assert any("34.97 (16.70 to 53.24)34.97 (16.70 to 53.24)wald✓ agrees" in row for row in rows)
    reasons = [cell["text"] for cell in page.find("td") if "details" in cell["inside"]]
    assert any("responders of each stratum are not published" in reason for reason in reasons)


def test_without_publications_there_is_no_such_section(results):
    assert 'id="reproduction"' not in render_report(results, TRIAL)


def test_texts_of_the_protocol_are_escaped(results):
    page = render_report(results, TRIAL, title="<script>alert(1)</script> & more")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_results_of_another_protocol_are_refused(results):
    other = results.with_columns(protocol_digest=pl.lit("0" * 64))
    with pytest.raises(SettingError, match="another version of the protocol"):
        render_report(other, TRIAL)


def test_what_are_no_results_rows_is_refused(results):
    with pytest.raises(InputError) as error:
        render_report(results.drop("value").with_columns(statistic=pl.lit("odds")), TRIAL)
    assert {fault.column for fault in error.value.faults} >= {"value", "statistic"}


def test_a_trial_without_subjects_still_has_a_page():
    nobody = {name: frame.clear() for name, frame in draw_datasets(1, n=2).items()}
    page = Page(render_report(analyze_trial(nobody, TRIAL), TRIAL))
    assert page.unclosed == []
    key = next(p["text"] for p in page.find("p") if p["attrs"].get("class") == "key")
    assert "The difference has no answer" in key


def test_another_trial_has_a_page():
    trial = read_trial("reclaiim")
    nobody = {name: frame.clear() for name, frame in draw_datasets(1, n=2).items()}
    page = Page(render_report(analyze_trial(nobody, trial), trial))
    assert {section["attrs"]["id"] for section in page.find("section")} >= {"result", "flow", "baseline", "tis"}


def test_a_page_is_written_whole(tmp_path, text):
    path = tmp_path / "report.html"
    write_report(path, text)
    assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(InputError, match="can't be written"):
        write_report(tmp_path / "absent" / "report.html", text)


def test_matplotlib_is_loaded_only_for_a_page():
    program = "import sys, myotis.report.html, myotis.report.text; assert 'matplotlib' not in sys.modules, 'loaded'; assert 'jinja2' not in sys.modules"  # fmt: skip  # noqa: E501
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603


def test_a_folder_instead_of_a_file_is_a_fault(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    with pytest.raises(InputError, match="can't be written"):
        write_report(Path(), "page")
    assert list(tmp_path.iterdir()) == [folder]
