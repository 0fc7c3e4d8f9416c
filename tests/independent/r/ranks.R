# Makes ranks.json: rank tests and effect sizes of two groups, with ties and without. Run here, with the R files of
# lawstat 3.6 and auRoc (both from CRAN) in the folder that RSOURCES names: Rscript ranks.R
suppressMessages({library(coin); library(jsonlite)})
sources <- Sys.getenv("RSOURCES")
for (file in c("lawstat/R/brunner.munzel.test.R", "auRoc/R/auc.nonpara.mw.R")) source(file.path(sources, file))
description <- function(name) read.dcf(file.path(sources, name, "DESCRIPTION"), "Version")[[1]]

set.seed(20261125)
scores <- function(n, p) sample(0:3, n, TRUE, p)
cases <- list(list(c(1.1, 2.3, 4.2, 5.7), c(0.2, 0.9, 1.7, 3.1)), list(c(5, 6, 7), c(1, 2, 3, 4, 5)), list(c(3, 3, 3, 4), c(3, 3, 2, 5, 6)),
  list(round(rnorm(8, 1), 4), round(rnorm(10), 4)), list(round(rnorm(15, 0.5, 3), 4), round(rnorm(20), 4)), list(round(rnorm(12, 4), 4), round(rnorm(9), 4)),
  list(scores(12, c(1, 2, 3, 3)), scores(14, c(3, 3, 2, 1))), list(scores(20, c(1, 1, 1, 1)), scores(9, c(1, 1, 1, 1))),
  list(round(rnorm(47, 8, 12)), round(rnorm(48, 1, 9))), list(round(rexp(30), 4), round(rexp(25), 4)), list(c(9, 10, 11, 12, 13), c(1, 2, 3, 4, 5, 6)),
  # Pain scores of Brunner and Munzel 2000.
  list(c(3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4), c(1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1)))
p_values <- function(...) sapply(c("two.sided", "greater", "less"), function(a) suppressWarnings(wilcox.test(..., alternative = a)$p.value), USE.NAMES = FALSE)
limits <- function(x, y, ...) tryCatch(suppressWarnings(as.numeric(wilcox.test(x, y, conf.int = TRUE, tol.root = 1e-10, ...)$conf.int)), error = function(e) c(NA, NA))
record <- function(case) {
  x <- case[[1]]; y <- case[[2]]; d <- data.frame(v = c(x, y), g = factor(rep(1:2, c(length(x), length(y)))))
  tied <- anyDuplicated(c(x, y)) > 0
  b <- brunner.munzel.test(y, x)
  list(x = x, y = y, tied = tied, statistic = unname(suppressWarnings(wilcox.test(x, y, exact = FALSE))$statistic), normal = p_values(x, y, exact = FALSE, correct = FALSE), corrected = p_values(x, y, exact = FALSE, correct = TRUE),
    exact = sapply(c("two.sided", "greater", "less"), function(a) as.numeric(pvalue(wilcox_test(v ~ g, d, distribution = "exact", alternative = a))), USE.NAMES = FALSE),
    exact_untied = if (!tied) p_values(x, y, exact = TRUE),
    hodges_lehmann = median(outer(x, y, "-")), limits_normal = limits(x, y, exact = FALSE, correct = FALSE), limits_corrected = limits(x, y, exact = FALSE, correct = TRUE),
    limits_exact = if (!tied) limits(x, y, exact = TRUE),
    brunner_munzel = unname(c(b$estimate, b$conf.int, b$statistic, b$parameter, b$p.value)), newcombe = as.numeric(auc.nonpara.mw(x, y, conf.level = 0.95, method = "newcombe")))
}
write_json(list(made_by = "ranks.R", date = "2026-11-25", versions = list(R = R.version.string, coin = as.character(packageVersion("coin")), lawstat = description("lawstat"), auRoc = description("auRoc")),
  cases = lapply(cases, record)), "ranks.json", digits = 14, auto_unbox = TRUE, pretty = TRUE, na = "null", null = "null")
