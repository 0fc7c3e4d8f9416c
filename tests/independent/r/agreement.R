# Makes agreement.json: intraclass correlations, kappas, limits of agreement. Run here, with the R files of irr 0.84.1 and
# irrCAC 1.0 (both from CRAN) in the folder that RSOURCES names: Rscript agreement.R
suppressMessages({library(psych); library(vcd); library(jsonlite)})
sources <- Sys.getenv("RSOURCES")
for (file in c("irr/R/kappa2.R", "irr/R/kappam.fleiss.R", "irr/R/icc.R", "irrCAC/R/agree.coeff3.dist.r", "irrCAC/R/weights.gen.r")) source(file.path(sources, file))
load(file.path(sources, "irr/data/diagnoses.rda"))

set.seed(20261125)
rate <- function(targets, raters, bias, noise) round(outer(rnorm(targets, 60, 8), rnorm(raters, 0, bias), "+") + rnorm(targets * raters, 0, noise))
judged <- matrix(c(9, 6, 8, 7, 10, 6, 2, 1, 4, 1, 5, 2, 5, 3, 6, 2, 6, 4, 8, 2, 8, 6, 9, 7), 6)
with_gaps <- rate(14, 3, 2, 4); with_gaps[3, 2] <- NA; with_gaps[9, ] <- NA
ratings <- list(judged, rate(20, 3, 1, 3), rate(10, 5, 6, 4), rate(12, 2, 0, 2), matrix(c(1, 2, 3, 4, 5, 5, 4, 3, 2, 2), 5), rate(40, 4, 3, 12), with_gaps)
forms <- c("icc-one-way-single", "icc-agreement-single", "icc-consistency-single", "icc-one-way-average", "icc-agreement-average", "icc-consistency-average")
intraclass <- function(x) {
  kept <- na.omit(x); p <- ICC(kept, lmer = FALSE)$results
  other <- function(model, type) { i <- icc(kept, model = model, type = type, unit = "single"); c(i$value, i$lbound, i$ubound) }
  list(ratings = x, psych = setNames(lapply(1:6, function(i) as.numeric(p[i, c("ICC", "lower bound", "upper bound")])), forms),
    irr = list("icc-one-way-single" = other("oneway", "consistency"), "icc-agreement-single" = other("twoway", "agreement"), "icc-consistency-single" = other("twoway", "consistency")))
}

tables <- list(matrix(c(20, 10, 5, 15), 2), matrix(c(0, 7, 9, 0), 2), matrix(c(40, 0, 3, 2), 2), matrix(c(88, 10, 2, 14, 40, 6, 18, 10, 12), 3), matrix(c(12, 3, 0, 0, 4, 9, 2, 0, 1, 3, 8, 1, 0, 0, 2, 5), 4), matrix(c(5, 0, 0, 0, 0, 0, 0, 6, 0, 2, 1, 4, 0, 0, 0, 9), 4), matrix(c(1, 8, 2, 7, 2, 9, 3, 6, 1), 3))
weighted <- function(x) {
  pairs <- data.frame(a = rep(row(x), x), b = rep(col(x), x)); for (i in 1:2) pairs[[i]] <- factor(pairs[[i]], levels = 1:nrow(x))
  equal <- vcd::Kappa(x, weights = "Equal-Spacing"); squared <- vcd::Kappa(x, weights = "Fleiss-Cohen")
  z <- function(weight) kappa2(pairs, weight)$statistic
  list(counts = x, vcd = list("kappa-unweighted" = unname(equal$Unweighted), "kappa-linear" = unname(equal$Weighted), "kappa-quadratic" = unname(squared$Weighted)),
    irr_z = list("kappa-unweighted" = z("unweighted"), "kappa-linear" = z("equal"), "kappa-quadratic" = z("squared")))
}

diagnosed <- t(apply(diagnoses, 1, function(r) table(factor(substr(r, 1, 1), levels = 1:5))))
some <- matrix(sample(1:4, 60, TRUE), 15); some[1:9, ] <- some[1:9, 1]; few <- matrix(sample(1:3, 24, TRUE), 12)
several <- function(raw, categories) {
  x <- t(apply(raw, 1, function(r) table(factor(r, levels = 1:categories)))); f <- kappam.fleiss(raw); g <- fleiss.kappa.dist(x)
  list(counts = unname(x), irr = c(f$value, f$statistic), irrcac_kappa_se = as.numeric(c(g$coeff, g$stderr)))
}
numbered <- matrix(as.integer(substr(as.matrix(diagnoses), 1, 1)), 30)

wright <- c(494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427); mini <- c(512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451)
limits <- function(x, y, share, level) {
  d <- x - y; n <- length(d); s <- sd(d); m <- mean(d); z <- qnorm(0.5 + share / 2); p <- 0.5 + c(-1, 1) * level / 2
  a <- qt(p, n - 1) * s * sqrt(1 / n + z^2 / (2 * (n - 1))); e <- qt(p, n - 1, ncp = z * sqrt(n)) * s / sqrt(n)
  list(first = x, second = y, share = share, level = level, mean = c(m, m + qt(p, n - 1) * s / sqrt(n)), "bland-altman" = c(m - z * s, m - z * s + a, m + z * s, m + z * s + a), "bland-altman-exact" = c(m - z * s, m - rev(e), m + z * s, m + e))
}
version <- function(name) as.character(packageVersion(name))
cran <- function(name) read.dcf(file.path(sources, name, "DESCRIPTION"), "Version")[[1]]
write_json(list(made_by = "agreement.R", date = "2026-11-25", versions = list(R = R.version.string, psych = version("psych"), vcd = version("vcd"), irr = cran("irr"), irrCAC = cran("irrCAC")),
  intraclass = lapply(ratings, intraclass), kappa = lapply(tables, weighted), fleiss = list(several(numbered, 5), several(some, 4), several(few, 3)),
  limits = list(limits(wright, mini, 0.95, 0.95), limits(ratings[[2]][, 1], ratings[[2]][, 2], 0.9, 0.9), limits(c(1, 4), c(2, 1), 0.95, 0.95), limits(ratings[[6]][, 1], ratings[[6]][, 2], 0.95, 0.99))),
  "agreement.json", digits = 14, auto_unbox = TRUE, pretty = FALSE, na = "null", null = "null")
