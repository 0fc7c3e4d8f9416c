# Unconditional exact intervals and tests of two proportions. Run: Rscript exact_proportions.R (some minutes)
# exact2x2's groups 2 and 1 are ours 1 and 2. Exact's tables have the groups in rows, which is its default (cond.row).
suppressMessages({library(exact2x2); library(Exact); library(jsonlite)})
grid <- list(c(3,5,1,6), c(0,7,7,7), c(8,12,3,11), c(0,10,4,12), c(0,3,0,4), c(5,5,2,4), c(1,9,7,8), c(4,6,4,6), c(0,12,0,8), c(12,12,8,8), c(9,14,3,15))
interval <- function(k, ...) { a <- uncondExact2x2(k[3], k[4], k[1], k[2], parmtype = "difference", method = "score", conf.int = TRUE, control = ucControl(nPgrid = 1000, nCIgrid = 500), ...); list(ci = a$conf.int[1:2], p = a$p.value) }
test <- function(k, method, alternative = "two.sided") tryCatch(exact.test(matrix(c(k[1], k[3], k[2] - k[1], k[4] - k[3]), 2), method = method, alternative = alternative, npNumbers = 1000, to.plot = FALSE)$p.value, error = function(z) NULL)
out <- lapply(grid, function(k) list(case = k, chan_zhang = interval(k), agresti_min = interval(k, tsmethod = "square"), chan_zhang_90 = interval(k, conf.level = 0.90)))
tests <- lapply(c(grid, list(c(12,24,13,26), c(37,47,21,48), c(10,20,3,24))), function(k) list(case = k,
  barnard = list(two_sided = test(k, "z-pooled"), greater = test(k, "z-pooled", "greater"), less = test(k, "z-pooled", "less")),
  boschloo = list(two_sided = test(k, "boschloo"), greater = test(k, "boschloo", "greater"), less = test(k, "boschloo", "less"))))
# P-values of single differences, where the interval's own search passes over what is accepted.
single <- lapply(list(c(0,12,0,8,0.268), c(0,12,0,8,0.27), c(37,47,21,48,0.149), c(37,47,21,48,0.152)), function(k) list(case = k[1:4], difference = k[5],
  p = uncondExact2x2(k[3], k[4], k[1], k[2], nullparm = k[5], method = "score", tsmethod = "square", control = ucControl(nPgrid = 2000))$p.value))
v <- function(p) as.character(packageVersion(p))
write_json(list(made_by = "exact_proportions.R", date = as.character(Sys.Date()), versions = list(R = R.version.string, exact2x2 = v("exact2x2"), Exact = v("Exact")), intervals = out, single = single, tests = tests),
  "exact_proportions.json", digits = 14, auto_unbox = TRUE, pretty = TRUE, null = "null", na = "null")
