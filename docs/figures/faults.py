"""What a log in a file, and a trial over two, lose when something goes wrong: tried, and written as tables.

Writes docs/explanation/faults.md. Run: python docs/figures/faults.py (some minutes)
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "oracles"))

from act_faults import try_act_faults
from log_faults import PLAN, Trials, try_faults
from world_faults import try_world_faults

from _generate.markdown import table

DOCS = Path(__file__).resolve().parents[1]
SUBJECTS = 200


def tabulate(tried: list[Trials]) -> str:
    """Trials as a table."""
    rows = [
        (trials.fault, trials.tried, f"{trials.times:,}", trials.lost, trials.twice, trials.altered) for trials in tried
    ]
    return table(("Fault", "How it was tried", "Times", "Lost", "Twice", "Altered"), rows)


def make_page(log: list[Trials], acts: list[Trials], worlds: list[Trials]) -> str:
    """The page, with the trials as tables."""
    return "\n\n".join(
        (
            "<!-- Written by docs/figures/faults.py: run that again after a change. -->",
            "# What is lost when something goes wrong",
            "## A log",
            "A log in a file must lose no act that was acknowledged, and hold none twice, whatever happens to the "
            "process that writes it or to the disk. That was tried, with acts of "
            f"{PLAN[0]} and more entries of which one takes a value out of the log, which writes the file anew. After "
            "each fault somebody opened the log again and did the acts that it had not.",
            tabulate(log),
            "*Lost*: acts that had been acknowledged and were not in the log, or not whole. *Twice*: acts that stood "
            "in it more often than they were done. *Altered*: times that `myotis check` found something in the log "
            "afterwards.",
            "## Acts, and the mail between two logs",
            "What the site's log asks and the pharmacy's log answers is two writes with a world between them. So the "
            "same was tried with the acts of a virtual trial over both logs, in files, sealed list and mail included. "
            "Clock and random bytes were those of a trial that nothing disturbed: after each fault both logs had to be "
            "a beginning of its logs, and at the end the same, byte by byte.",
            tabulate(acts),
            "*Lost*: acts that had been acknowledged and were not in their log. *Twice*: requests that the pharmacy "
            "dealt with more than once, notices that the site took more than once, and slots given to two. *Altered*: "
            "logs that differed from those of the undisturbed trial or that `myotis check` found something in, slots "
            "out of their order, and arms other than drawn or shown without a record. A code break with the list and "
            "its key alone has to be recorded afterwards, which nothing enforces.",
            "## Starts, several mails, and systems that are down",
            "Here random bytes came from the system, as they do live, and both systems, with their keyrings, were "
            "started anew after each fault. Two subjects were randomized, got bags (the lot of one was recalled), one "
            "infusion, a note in free text and a code break; what the logs didn't have was then done.",
            tabulate(worlds),
            "*Lost*: what had been acknowledged and was not there after the start, and whatever a trial without a "
            "fault has and this one didn't in the end. *Twice*: what stood there more often than in a trial without a "
            "fault. *Altered*: logs that `myotis check` found something in; slots, arms, requests or notices on which "
            "the two logs and the list don't agree; a code break or a card that showed another arm than was drawn.",
            "## What this doesn't show",
            "- A loss of power was not tried on real disks. An act is acknowledged after `fsync` has returned, for the "
            "file, and for its folder where a file comes or is replaced; that the disk then has it is the disk's word. "
            "What may lie in the file after a loss of power *before* that is tried as a cut line and as zeros to its "
            "end. Other remains, such as zeros in the middle of a line that has its end, are no torn tail: the log "
            "then refuses every act and points to `myotis check`, and somebody has to look.\n"
            "- An act that was not acknowledged may be in the log: the process can die after the write and before it "
            "says so. Whoever repeats an act looks at the log first.\n"
            "- Whole transactions cut off the end leave a log that holds together. Only an "
            "[anchor](log.md#anchors) shows that.\n"
            "- A log that is put back from an older copy gives numbers of entries out once more, and requests are known "
            "by these. The pharmacy refuses a request under a number that another one had, and says so; that entries "
            "are gone, only an anchor shows.\n"
            "- Clocks that were wrong by up to two hours. One that is slower by a day when a bag is prepared makes it "
            "unusable, since its time of use counts from then; the site refuses it.\n"
            "- Locks are those of one machine. A log doesn't belong on a network file system.",
        )
    )


def main() -> None:
    """Try everything, and write the page."""
    page = make_page(try_faults(1), try_act_faults(1, SUBJECTS), try_world_faults(1)) + "\n"
    (DOCS / "explanation" / "faults.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
