"""Bohan and Peter: what is refused, and where the numbers come from."""

import pytest

from myotis.errors import InputError
from myotis.instruments.bohan_peter import (
    BohanPeterExclusions,
    BohanPeterFindings,
    compute_bohan_peter,
    list_facts,
)
from myotis.terms.missing import NO, YES
from myotis.terms.source import Status


def test_every_answer_that_is_none_is_named():
    findings = BohanPeterFindings(weakness=2, biopsy=NO, enzymes=YES, emg=-1, rash=NO)
    exclusions = BohanPeterExclusions(
        neurological_disease=NO,
        muscular_dystrophy=NO,
        granulomatous_or_infectious_myositis=NO,
        metabolic_or_endocrine_myopathy=NO,
        myasthenia_gravis=9,
    )
    with pytest.raises(InputError, match="expected yes, no or unknown") as caught:
        compute_bohan_peter(findings, exclusions)
    assert [fault.column for fault in caught.value.faults] == ["weakness", "emg", "myasthenia_gravis"]


def test_every_number_has_its_source():
    facts = {fact.what: fact for fact in list_facts()}
    assert len(facts) == 6
    assert facts["Bohan and Peter: possible dermatomyositis"].value == "1 of weakness, biopsy, enzymes, emg, with rash"
    assert {fact.source.status for fact in facts.values()} == {Status.VERIFIED}
