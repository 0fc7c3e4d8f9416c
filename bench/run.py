"""Everything that Myotis claims about speed, measured in one run: ``make bench``."""

import proportions
import score
import tis_arithmetic

if __name__ == "__main__":
    score.main()
    tis_arithmetic.main()
    proportions.main()
