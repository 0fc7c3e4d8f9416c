# Trials a second of rpact's simulation of two bare binomials, for the last lines of simulate.py's table in README.md.
#
#   Rscript bench/two_binomials.R        (Debian: apt-get install r-base-core r-cran-rpact)
#
# 95 subjects, rates of response near those of the virtual trials; one stage, and two stages with a look at half of them.
suppressMessages(library(rpact))

time_simulation <- function(label, design, subjects, trials) {
  run <- function() getSimulationRates(
    design = design, groups = 2, thetaH0 = 0, pi1 = 0.80, pi2 = 0.39,
    plannedSubjects = subjects, maxNumberOfIterations = trials, seed = 2022
  )
  run()
  seconds <- min(sapply(1:3, function(i) system.time(run())[["user.self"]]))
  cat(sprintf("%-40s %8.0f trials a second\n", label, trials / seconds))
}

cat(sprintf("R %s, rpact %s\n", getRversion(), packageVersion("rpact")))
time_simulation("one stage", getDesignGroupSequential(kMax = 1, alpha = 0.025), 95, 20000)
time_simulation(
  "two stages", getDesignGroupSequential(kMax = 2, alpha = 0.025, typeOfDesign = "OF"), c(48, 95), 20000
)
