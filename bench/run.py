"""Everything that Myotis claims about speed, measured in one run: ``make bench``."""

import live
import log
import mixed_model
import proportions
import score
import simulate
import stratified
import tis_arithmetic

if __name__ == "__main__":
    score.main()
    tis_arithmetic.main()
    stratified.main()
    mixed_model.main()
    proportions.main()
    log.main()
    live.main()
    simulate.main()
