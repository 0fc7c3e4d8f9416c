# Power and sample size as R's own functions and rpact, gsDesign, Exact, longpower, samplesizeCMH and pwr give them.
#
#   Rscript power.R          (in this folder; writes power.json; about a minute)
#
# gsDesign was installed without its imports gt and r2rtf, which print tables only, and without dplyr's reframe.
# Two parts have no package and are programmed here on purpose by another road than ours: the power of Welch's test as a
# double integral over both sample variances, and that of stratified trials by base R's mantelhaen.test on every table.
suppressMessages({
  library(jsonlite)
  library(rpact)
  library(gsDesign)
  library(Exact)
  library(longpower)
  library(samplesizeCMH)
  library(pwr)
})

# Two proportions, approximated ------------------------------------------------------------------------------------
equal_groups <- lapply(
  list(c(0.6, 0.3, 42), c(0.54, 0.27, 47), c(0.3, 0.6, 20), c(0.9, 0.7, 80), c(0.1, 0.1, 30)),
  function(x) {
    list(p1 = x[1], p2 = x[2], n = x[3], power = power.prop.test(n = x[3], p1 = x[1], p2 = x[2], sig.level = 0.05, strict = TRUE)$power)
  }
)
rates <- list()
for (pair in list(c(0.6, 0.3), c(0.5, 0.35), c(0.85, 0.6), c(0.2, 0.05))) for (ratio in c(1, 2, 0.5)) for (margin in c(0, -0.1, 0.05)) {
  sizes <- getSampleSizeRates(
    pi1 = pair[1], pi2 = pair[2], thetaH0 = margin, sided = 1, alpha = 0.025, beta = 0.2, allocationRatioPlanned = ratio
  )
  rates <- c(rates, list(list(
    p1 = pair[1], p2 = pair[2], margin = margin, ratio = ratio, n1 = sizes$nFixed1, n2 = sizes$nFixed2,
    gs_power = nBinomial(pair[1], pair[2], alpha = 0.025, delta0 = margin, ratio = 1 / ratio, n = 120)
  )))
}
cmh_size <- function(p1, p2, s, t, correct) {
  power.cmh.test(p1 = p1, p2 = p2, power = 0.8, s = s, t = t, correct = correct, alternative = "greater", sig.level = 0.025)$N
}
corrected <- lapply(list(c(0.6, 0.3, 0.5), c(0.5, 0.2, 2 / 3), c(0.8, 0.6, 0.25)), function(x) {
  total <- cmh_size(x[1], x[2], x[3], 1, TRUE)
  list(p1 = x[1], p2 = x[2], n1 = total * x[3], n2 = total * (1 - x[3]))
})

searched <- lapply(list(c(0.6, 0.3, 0.8, 42), c(0.7, 0.5, 0.9, 60), c(0.3, 0.15, 0.85, 100)), function(x) {
  list(
    p1 = x[1], p2 = x[2], power = x[3], n = x[4], size = ceiling(power.prop.test(p1 = x[1], p2 = x[2], power = x[3], tol = 1e-10)$n),
    detectable = power.prop.test(p1 = x[2], n = x[4], power = x[3], strict = TRUE, tol = 1e-12)$p2 - x[2],
    size_t = ceiling(power.t.test(delta = x[1] - x[2], sd = 0.5, power = x[3], tol = 1e-10)$n),
    detectable_t = power.t.test(n = x[4], sd = 0.5, power = x[3], strict = TRUE, tol = 1e-12)$delta
  )
})

# Two proportions, by enumeration ------------------------------------------------------------------------------------
exact <- list()
names_of <- c(`fisher-exact` = "fisher", `pearson-chi-square` = "pearson chisq", `pearson-chi-square-yates` = "yates chisq", barnard = "z-pooled", boschloo = "boschloo")
for (case in list(c(0.6, 0.3, 42, 42), c(0.54, 0.27, 47, 47), c(0.7, 0.2, 12, 24), c(0.3, 0.3, 20, 15), c(0.1, 0.45, 25, 18))) {
  for (test in names(names_of)) for (alternative in c("two.sided", "greater")) {
    if (alternative == "greater" && test == "pearson-chi-square-yates") next
    power <- power.exact.test(case[1], case[2], case[3], case[4],
      method = names_of[[test]], alternative = alternative, alpha = if (alternative == "two.sided") 0.05 else 0.025, npNumbers = 2000
    )$power
    exact <- c(exact, list(list(p1 = case[1], p2 = case[2], n1 = case[3], n2 = case[4], test = test, alternative = sub(".", "-", alternative, fixed = TRUE), power = power)))
  }
}
wald_width <- lapply(list(c(0.6, 0.3, 20, 15), c(0.5, 0.5, 10, 30)), function(x) {
  n1 <- x[3]
  n2 <- x[4]
  tables <- expand.grid(a = 0:n1, b = 0:n2)
  limits <- suppressWarnings(mapply(function(a, b) as.numeric(prop.test(c(a, b), c(n1, n2), correct = FALSE)$conf.int), tables$a, tables$b))
  weight <- dbinom(tables$a, n1, x[1]) * dbinom(tables$b, n2, x[2])
  d <- x[1] - x[2]
  list(
    p1 = x[1], p2 = x[2], n1 = n1, n2 = n2, half_width = sum(weight * (limits[2, ] - limits[1, ]) / 2),
    coverage = sum(weight[limits[1, ] <= d & d <= limits[2, ]]), above = sum(weight[limits[1, ] > 0.1])
  )
})
beta_binomial <- function(n, a, b) exp(lchoose(n, 0:n) + lbeta(0:n + a, n - 0:n + b) - lbeta(a, b))
assurance <- lapply(list(c(12, 8, 9, 21, 20, 20), c(3, 2, 2, 5, 15, 30)), function(x) {
  tables <- expand.grid(a = 0:x[5], b = 0:x[6])
  p <- mapply(function(a, b) fisher.test(rbind(c(a, x[5] - a), c(b, x[6] - b)), alternative = "greater")$p.value, tables$a, tables$b)
  weight <- as.vector(outer(beta_binomial(x[5], x[1], x[2]), beta_binomial(x[6], x[3], x[4])))
  list(prior = x[1:4], n1 = x[5], n2 = x[6], assurance = sum(weight[p <= 0.025]))
})

# Strata -------------------------------------------------------------------------------------------------------------
strata <- list()
for (case in list(
  list(shares = c(0.3, 0.5, 0.2), p1 = c(0.8, 0.6, 0.4), p2 = c(0.5, 0.3, 0.1), s = 0.5),
  list(shares = c(0.25, 0.75), p1 = c(0.5, 0.4), p2 = c(0.3, 0.2), s = 2 / 3)
)) for (correct in c(FALSE, TRUE)) {
  strata <- c(strata, list(c(case, list(correct = correct, total = cmh_size(case$p1, case$p2, case$s, case$shares, correct)))))
}
every_table <- list()
for (case in list(
  list(n1 = c(3, 4, 2), n2 = c(3, 3, 2), p1 = c(0.9, 0.8, 0.6), p2 = c(0.4, 0.2, 0.1)),
  list(n1 = c(6, 5), n2 = c(4, 7), p1 = c(0.3, 0.5), p2 = c(0.3, 0.5))
)) for (correct in c(FALSE, TRUE)) for (alternative in c("two.sided", "greater")) {
  ranges <- unlist(lapply(seq_along(case$n1), function(h) list(0:case$n1[h], 0:case$n2[h])), recursive = FALSE)
  tables <- as.matrix(do.call(expand.grid, ranges))
  first <- seq(1, ncol(tables), 2)
  rejects <- apply(tables, 1, function(x) {
    counts <- array(rbind(x[first], case$n1 - x[first], x[-first], case$n2 - x[-first]), c(2, 2, length(case$n1)))
    p <- tryCatch(mantelhaen.test(counts, correct = correct, alternative = alternative)$p.value, error = function(e) NA)
    !is.na(p) && p <= if (alternative == "two.sided") 0.05 else 0.025
  })
  weight <- 1
  for (h in seq_along(case$n1)) weight <- weight * dbinom(tables[, first[h]], case$n1[h], case$p1[h]) * dbinom(tables[, first[h] + 1], case$n2[h], case$p2[h])
  every_table <- c(every_table, list(c(case, list(correct = correct, alternative = sub(".", "-", alternative, fixed = TRUE), power = sum(weight[rejects])))))
}

# Means --------------------------------------------------------------------------------------------------------------
pooled <- lapply(list(c(10, 15, 37), c(4, 10.5, 50), c(2, 1, 4), c(0, 3, 12)), function(x) {
  list(difference = x[1], sd = x[2], n = x[3], power = power.t.test(n = x[3], delta = x[1], sd = x[2], strict = TRUE)$power)
})
unequal <- lapply(list(c(10, 15, 60, 30), c(6, 8, 12, 40)), function(x) {
  list(difference = x[1], sd = x[2], n1 = x[3], n2 = x[4], power = pwr.t2n.test(n1 = x[3], n2 = x[4], d = x[1] / x[2], sig.level = 0.05)$power)
})
means <- list()
for (ratio in c(1, 2, 0.5)) for (normal in c(TRUE, FALSE)) {
  sizes <- getSampleSizeMeans(alternative = 8, stDev = 15, sided = 1, alpha = 0.025, beta = 0.1, allocationRatioPlanned = ratio, normalApproximation = normal)
  means <- c(means, list(list(ratio = ratio, normal = normal, n1 = sizes$nFixed1, n2 = sizes$nFixed2)))
}
ancova <- lapply(list(c(8, 15, 0.5, 35, 35), c(6, 10, 0.7, 40, 20)), function(x) {
  n <- x[4] + x[5]
  shift <- x[1]^2 / (x[2]^2 * (1 - x[3]^2) * (1 / x[4] + 1 / x[5]))
  power <- pwr.f2.test(u = 1, v = n - 3, f2 = shift / (n - 1), sig.level = 0.05)$power
  list(difference = x[1], sd = x[2], correlation = x[3], n1 = x[4], n2 = x[5], power = power)
})
welch <- lapply(list(c(10, 12, 20, 20, 30), c(5, 8, 4, 10, 6), c(0, 10, 25, 12, 25)), function(x) {
  n1 <- x[4]
  n2 <- x[5]
  rejects <- function(v1, v2) {
    se2 <- v1 / n1 + v2 / n2
    critical <- qt(0.975, se2^2 / ((v1 / n1)^2 / (n1 - 1) + (v2 / n2)^2 / (n2 - 1))) * sqrt(se2)
    sd <- sqrt(x[2]^2 / n1 + x[3]^2 / n2)
    pnorm((x[1] - critical) / sd) + pnorm((-x[1] - critical) / sd)
  }
  quantile1 <- function(u) x[2]^2 * qchisq(u, n1 - 1) / (n1 - 1)
  quantile2 <- function(u) x[3]^2 * qchisq(u, n2 - 1) / (n2 - 1)
  inner <- function(u) vapply(u, function(one) integrate(function(w) rejects(quantile1(one), quantile2(w)), 0, 1, rel.tol = 1e-10, subdivisions = 500)$value, 0)
  list(difference = x[1], sd1 = x[2], sd2 = x[3], n1 = n1, n2 = n2, power = integrate(inner, 0, 1, rel.tol = 1e-9, subdivisions = 500)$value)
})

# Mixed model --------------------------------------------------------------------------------------------------------
ar1 <- function(sd, rho) outer(sd, sd) * rho^abs(outer(seq_along(sd), seq_along(sd), "-"))
exchangeable <- function(sd, rho) outer(sd, sd) * (rho + diag(1 - rho, length(sd)))
mixed <- lapply(list(
  list(covariance = ar1(c(10, 11, 12, 13), 0.7), ra = c(1, 0.95, 0.9, 0.85), rb = c(1, 0.9, 0.8, 0.7), lambda = 1, delta = 8, N = 90),
  list(covariance = exchangeable(rep(14, 5), 0.5), ra = c(0.98, 0.9, 0.85, 0.8, 0.75), rb = c(1, 0.97, 0.9, 0.88, 0.86), lambda = 2, delta = 7, N = 150),
  list(covariance = ar1(c(5, 6), 0.3), ra = c(1, 1), rb = c(1, 1), lambda = 0.5, delta = 3, N = 120)
), function(x) {
  R <- cov2cor(x$covariance)
  sd <- sqrt(x$covariance[nrow(R), nrow(R)])
  found <- power.mmrm(N = x$N, Ra = R, ra = x$ra, sigmaa = sd, Rb = R, rb = x$rb, sigmab = sd, lambda = x$lambda, delta = x$delta, sig.level = 0.05, power = NULL)
  size <- power.mmrm(Ra = R, ra = x$ra, sigmaa = sd, Rb = R, rb = x$rb, sigmab = sd, lambda = x$lambda, delta = x$delta, sig.level = 0.05, power = 0.8)
  c(x, list(n1 = found$n1, n2 = found$n2, power = found$power, size1 = size$n1, size2 = size$n2))
})

# Time to event --------------------------------------------------------------------------------------------------------
survival <- list()
for (ratio in c(1, 2)) for (hr in c(0.5, 0.7, 1.6)) for (formula in c("Schoenfeld", "Freedman")) {
  sizes <- getSampleSizeSurvival(
    typeOfComputation = formula, hazardRatio = hr, lambda2 = log(2) / 12, sided = 1, alpha = 0.025, beta = 0.2, allocationRatioPlanned = ratio,
    accrualTime = c(0, 10), followUpTime = 8, dropoutRate1 = 0.05, dropoutRate2 = 0.1, dropoutTime = 12
  )
  survival <- c(survival, list(list(
    ratio = ratio, hazard_ratio = hr, formula = tolower(formula), events = sizes$eventsFixed, subjects = sizes$nFixed,
    n1 = sizes$nFixed1, n2 = sizes$nFixed2
  )))
}
piecewise <- lapply(list(c(0.6, 1), c(1.5, 0.5)), function(x) {
  sizes <- getSampleSizeSurvival(
    hazardRatio = x[1], piecewiseSurvivalTime = c(0, 4, 9), lambda2 = c(0.12, 0.06, 0.02), sided = 1, alpha = 0.025, beta = 0.2,
    allocationRatioPlanned = x[2], accrualTime = c(0, 6), followUpTime = 12
  )
  list(hazard_ratio = x[1], ratio = x[2], events = sizes$eventsFixed, n1 = sizes$nFixed1, n2 = sizes$nFixed2)
})
expected_events <- lapply(c(3, 7, 14, 24), function(end) {
  found <- eEvents(lambda = c(0.1, 0.04, 0.02), eta = c(0.01, 0.03, 0.01), gamma = 10, R = 8, S = c(4, 6), T = end)
  list(end = end, probability = found$d / (10 * 8), n = found$n / (10 * 8))
})
durations <- lapply(c(40, 60, 75), function(events) {
  found <- getPowerSurvival(
    hazardRatio = 0.6, lambda2 = 0.1, directionUpper = FALSE, sided = 1, alpha = 0.025, maxNumberOfEvents = events, maxNumberOfSubjects = 90, accrualTime = c(0, 9)
  )
  list(events = events, duration = as.numeric(found$analysisTime), power = as.numeric(found$overallReject))
})

# Interim analyses -----------------------------------------------------------------------------------------------------
designs <- list()
for (kind in c("OF", "P", "asOF")) for (information in list(c(0.5, 1), c(0.3, 0.7, 1))) {
  d <- getDesignGroupSequential(informationRates = information, alpha = 0.025, beta = 0.2, sided = 1, typeOfDesign = kind, tolerance = 1e-10)
  tell <- function(x) list(maximum = x$maxNumberOfSubjects, null = x$expectedNumberOfSubjectsH0, half = x$expectedNumberOfSubjectsH01, planned = x$expectedNumberOfSubjectsH1)
  designs <- c(designs, list(list(
    kind = kind, information = information,
    rates = tell(getSampleSizeRates(d, pi1 = 0.6, pi2 = 0.3, allocationRatioPlanned = 1)),
    means = tell(getSampleSizeMeans(d, alternative = 8, stDev = 15, allocationRatioPlanned = 2, normalApproximation = TRUE)),
    events = getSampleSizeSurvival(d, hazardRatio = 0.5, lambda2 = log(2) / 12, accrualTime = c(0, 10), followUpTime = 8)$maxNumberOfEvents
  )))
}

write_json(
  list(
    made_by = "power.R", date = format(Sys.Date()),
    versions = as.list(c(R = as.character(getRversion()), sapply(
      c("rpact", "gsDesign", "Exact", "longpower", "samplesizeCMH", "pwr"), function(name) as.character(packageVersion(name))
    ))),
    equal_groups = equal_groups, searched = searched, rates = rates, corrected = corrected, exact = exact, wald_width = wald_width,
    assurance = assurance, strata = strata, every_table = every_table, pooled = pooled, unequal = unequal, means = means,
    ancova = ancova, welch = welch, mixed = mixed, survival = survival, piecewise = piecewise,
    expected_events = expected_events, durations = durations, designs = designs
  ),
  "power.json", digits = 15, auto_unbox = TRUE
)
