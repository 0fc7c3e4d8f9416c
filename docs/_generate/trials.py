"""One page for each trial that comes with Myotis, printed from its protocol."""

from collections import Counter
from collections.abc import Iterator

from _generate.conduct import conduct_parts
from _generate.markdown import FACT_HEADINGS, fact_rows, folded, page, table
from myotis.protocol.criteria import Condition, EligibilityCriterion
from myotis.protocol.describe import describe_response
from myotis.protocol.plan import Estimand
from myotis.protocol.read import read_trial, shipped_trials
from myotis.protocol.trial import Trial
from myotis.terms.source import Fact

COMPARISONS = {"equals": "is", "at_least": "at least", "above": "above", "at_most": "at most", "below": "below"}


def trial_pages() -> Iterator[tuple[str, str]]:
    """The pages of the shipped trials, by path."""
    for name in shipped_trials():
        trial = read_trial(name)
        source = f"src/myotis/trials/{name}/protocol.toml"
        yield f"explanation/{name}.md", page(trial.trial.id, source, _identity(trial), *_sections(trial))


def _identity(trial: Trial) -> str:
    counts = Counter(fact.source.status.value for fact in trial.list_facts())
    statuses = ", ".join(f"{count} {status}" for status, count in counts.items())
    return (
        f"{trial.trial.title}; {trial.trial.indication}. Version: {trial.trial.version}. "
        f"Registered as {', '.join(trial.trial.registry)}.\n\n"
        f"Everything below is printed from the protocol file, whose digest begins with `{trial.digest[:12]}`. "
        f"It holds {sum(counts.values())} values: {statuses}. What each word means stands in the "
        "[list of sources](../reference/sources.md)."
    )


def _sections(trial: Trial) -> Iterator[str]:
    facts = list(trial.list_facts())
    yield _section("Design", _design(trial), facts, "arms", "randomization", "epochs")
    yield _section("Schedule of activities", _schedule(trial), facts, "baseline_visit", "visits")
    yield _section("Treatment", _treatment(trial), facts, "treatments", "switch")
    if trial.conduct:
        yield _section("Conduct", "\n\n".join(conduct_parts(trial, trial.conduct)), facts, "conduct")
    if trial.eligibility:
        yield _section("Eligibility", _eligibility(trial), facts, "facts", "eligibility")
    yield _section("Improvement and response", _response(trial), facts, "tis", "response")
    if trial.deterioration:
        yield _section("Deterioration", _deterioration(trial), facts, "deterioration")
    yield _section("Analysis plan", _plan(trial), facts, "plan")


def _section(title: str, text: str, facts: list[Fact], *places: str) -> str:
    rows = fact_rows((fact for fact in facts if fact.what.split(".")[0] in places), code=True)
    return f"## {title}\n\n{text}\n\n{folded('Every value with its source', table(FACT_HEADINGS, rows))}"


def _design(trial: Trial) -> str:
    treatments = {treatment.id: treatment.label for treatment in trial.treatments}
    ratio = trial.randomization.ratio
    arms = [(arm.label, treatments[arm.treatment], ratio[arm.id]) for arm in trial.arms]
    epochs = [(epoch.label, epoch.first_day, _yes(epoch.blinded)) for epoch in trial.epochs]
    strata = [
        (factor.label, level.label, f"from {level.at_least}" + (f" to below {level.below}" if level.below else ""))
        for factor in trial.randomization.factors
        for level in factor.levels
    ]
    return "\n\n".join(
        part
        for part in (
            f"{trial.randomization.planned_subjects} subjects were planned.",
            table(("Arm", "Treatment", "Share"), arms),
            table(("Period", "First study day", "Blinded"), epochs),
            table(("Stratified by", "Stratum", "Values"), strata),
        )
        if part
    )


def _schedule(trial: Trial) -> str:
    rows: list[tuple[str, ...]] = [
        ("Planned study day", *(str(visit.day) for visit in trial.visits)),
        ("Window, days", *("{} to +{}".format(*visit.window_days) for visit in trial.visits)),
    ]
    for activity in dict.fromkeys(activity for visit in trial.visits for activity in visit.activities):
        marks = ("×" if activity in visit.activities else "" for visit in trial.visits)
        rows.append((activity.replace("_", " "), *marks))
    return table(("", *(visit.id for visit in trial.visits)), rows)


def _treatment(trial: Trial) -> str:
    rows: list[tuple[str, ...]] = []
    for treatment in trial.treatments:
        infusion = treatment.infusion
        if infusion is None:
            rows.append((treatment.label, f"as {treatment.imitates}", "", "", ""))
            continue
        steps = ", then ".join(
            f"{step.rate}" + (f" for {step.lasts}" if step.lasts else "") for step in infusion.rate_steps
        )
        lower = infusion.reduced_dose
        reduced = ""
        if lower:
            worse = lower.on_worsening.replace("_", " ")
            reduced = f"{lower.dose} from {lower.from_visit} ({lower.when.replace('_', ' ')}; on worsening: {worse})"
        rows.append(
            (treatment.label, f"{infusion.dose}, {infusion.route}", steps, str(infusion.risk_rate_cap or ""), reduced)
        )
    return table(("Treatment", "Dose", "Rate", "Highest rate at risk", "Reduced dose"), rows)


def _eligibility(trial: Trial) -> str:
    labels = {fact.id: fact.label for fact in trial.facts}
    rows = [(c.id, c.kind, c.label, _requirement(c, labels)) for c in trial.eligibility]
    return table(("", "Kind", "Criterion", "Met when"), rows)


def _requirement(criterion: EligibilityCriterion, labels: dict[str, str]) -> str:
    groups = []
    for group in criterion.require:
        conditions = "; ".join(_condition(condition, labels) for condition in group.of)
        many = len(group.of) > 1
        groups.append(f"at least {group.at_least} of {len(group.of)}: {conditions}" if many else conditions)
    return " — and ".join(groups)


def _condition(condition: Condition, labels: dict[str, str]) -> str:
    ((comparison, value),) = condition.comparisons.items()
    shown = _yes(value) if isinstance(value, bool) else str(value).replace("_", " ")
    return f"{labels[condition.fact]} {COMPARISONS[comparison]} {shown}"


def _response(trial: Trial) -> str:
    tis = trial.tis
    rows = [
        ("Criteria", tis.criteria.value),
        ("Strength", tis.strength),
        ("Most abnormal enzyme", _option(tis.enzyme_choice)),
        ("No enzyme raised at baseline", _option(tis.normal_enzymes)),
        ("Enzyme above its range", _option(tis.above_range)),
        ("A measure is missing", _option(tis.missing)),
        ("Response where the TIS is incomplete", _option(trial.response.incomplete_tis)),
    ]
    return f"A responder: {describe_response(trial.response)}.\n\n" + table(("Point", "As this trial has it"), rows)


def _deterioration(trial: Trial) -> str:
    definition = trial.deterioration
    if definition is None:
        return ""
    limbs = [
        (limb.label, f"{limb.at_least} of {len(limb.of)}", "; ".join(f"{w.measure} by {w.worse_by}" for w in limb.of))
        for limb in definition.limbs
    ]
    rows = [
        ("Consecutive visits that confirm", definition.consecutive_visits),
        ("Limbs at these visits", _option(definition.same_limb)),
        ("Percent of", _option(definition.percent_of)),
        ("Where the baseline is 0", _option(definition.zero_baseline)),
        ("A visit that can't be evaluated", _option(definition.unevaluable_visit)),
    ]
    return table(("Limb", "At least", "Worse"), limbs) + "\n\n" + table(("Point", "As this trial has it"), rows)


def _plan(trial: Trial) -> str:
    sets = [(s.id, s.label, s.flag, s.subjects.replace("_", " "), s.by) for s in trial.plan.analysis_sets]
    headings = ("Estimand", "Visit", "Set", "Summary", "Test", "Interval", "Intercurrent events", "Missing data")
    estimands = [_estimand(estimand) for estimand in trial.plan.estimands]
    return table(("Set", "Label", "Flag", "Subjects", "By arm"), sets) + "\n\n" + table(headings, estimands)


def _estimand(estimand: Estimand) -> tuple[str, ...]:
    events = "; ".join(f"{event}: {strategy}" for event, strategy in estimand.intercurrent_events.items())
    test = estimand.test.method + (f" by {', '.join(estimand.test.strata)}" if estimand.test.strata else "")
    shown = (
        estimand.label, estimand.visit, estimand.analysis_set, estimand.summary, test,
        f"{estimand.interval.method}, {estimand.interval.level}", events, estimand.missing,
    )  # fmt: skip
    return tuple(text.replace("_", " ") for text in shown)


def _option(option: object) -> str:
    return f"`{getattr(option, 'name', '').lower()}`"


def _yes(value: object) -> str:
    return "yes" if value else "no"
