# Simulated and computed power of two binomial groups, with one, two and three looks, by rpact and gsDesign.
#
#   Rscript simulate.R       (in this folder; writes simulate.json; a minute or two)
#
# gsDesign was installed without its imports gt and r2rtf, which print tables only, and without dplyr's reframe.
suppressMessages({
  library(jsonlite)
  library(rpact)
  library(gsDesign)
})

iterations <- 100000
seed <- 20261129
looks <- list(
  list(kind = "asOF", information = c(0.5, 1)),
  list(kind = "asOF", information = c(1, 2, 3) / 3),
  list(kind = "OF", information = c(0.5, 1)),
  list(kind = "P", information = c(1, 2, 3) / 3)
)
# total subjects, both rates, and how many subjects of the first group there are for one of the second
trials <- list(c(60, 0.6, 0.3, 1), c(120, 0.55, 0.35, 1), c(180, 0.7, 0.5, 2), c(120, 0.4, 0.4, 1))

sequential <- list()
for (look in looks) for (trial in trials) {
  design <- getDesignGroupSequential(
    informationRates = look$information, alpha = 0.025, beta = 0.2, sided = 1, typeOfDesign = look$kind, tolerance = 1e-10
  )
  run <- getSimulationRates(
    design, groups = 2, normalApproximation = TRUE, pi1 = trial[2], pi2 = trial[3], directionUpper = TRUE,
    plannedSubjects = trial[1] * look$information, allocationRatioPlanned = trial[4], maxNumberOfIterations = iterations,
    seed = seed
  )
  computed <- getPowerRates(
    design, groups = 2, pi1 = trial[2], pi2 = trial[3], directionUpper = TRUE, maxNumberOfSubjects = trial[1],
    allocationRatioPlanned = trial[4]
  )
  sequential <- c(sequential, list(list(
    kind = look$kind, information = look$information, subjects = trial[1], p1 = trial[2], p2 = trial[3], ratio = trial[4],
    critical = design$criticalValues, rejected_at = as.vector(run$rejectPerStage), expected_subjects = run$expectedNumberOfSubjects,
    computed_power = computed$overallReject, computed_subjects = computed$expectedNumberOfSubjects
  )))
}

# One look: gsDesign draws the trials and tells their Z, the difference of rates over its pooled error.
single <- lapply(trials, function(trial) {
  set.seed(seed)
  n1 <- trial[1] * trial[4] / (1 + trial[4])
  z <- simBinomial(p1 = trial[2], p2 = trial[3], n1 = n1, n2 = trial[1] - n1, nsim = iterations)
  list(subjects = trial[1], p1 = trial[2], p2 = trial[3], ratio = trial[4], rejected = mean(z >= qnorm(0.975)))
})

write_json(
  list(
    made_by = "simulate.R", date = format(Sys.Date()), iterations = iterations, seed = seed,
    versions = as.list(c(
      R = as.character(getRversion()), sapply(c("rpact", "gsDesign"), function(name) as.character(packageVersion(name)))
    )),
    sequential = sequential, single = single
  ),
  "simulate.json", digits = 15, auto_unbox = TRUE
)
