# The posterior of a difference of two proportions with beta priors, by numerical integration in base R. Writes
# beta_posterior.json beside itself without further packages: Rscript beta_posterior.R
cases <- list(c(37, 47, 21, 48, 1, 1, 1, 1), c(37, 47, 21, 48, 1, 1, 11.5, 14.5), c(0, 10, 5, 10, 0.5, 0.5, 0.5, 0.5),
  c(20, 20, 0, 15, 1, 1, 3, 9), c(3, 20, 3, 20, 2, 2, 2, 2), c(12, 30, 9, 15, 1, 1, 22, 28))
below <- function(d, a) {
  f <- function(x) dbeta(x, a[3], a[4]) * pbeta(x + d, a[1], a[2])
  cuts <- sort(unique(pmin(1, pmax(0, c(0, qbeta(c(1e-10, 1e-4, 0.1, 0.5, 0.9, 1 - 1e-4, 1 - 1e-10), a[3], a[4]), 1)))))
  sum(mapply(function(l, u) integrate(f, l, u, rel.tol = 1e-11, abs.tol = 0)$value, head(cuts, -1), tail(cuts, -1)))
}
limit <- function(p, a) uniroot(function(d) below(d, a) - p, c(-1, 1), tol = 1e-12)$root
answer <- function(x) {
  a <- c(x[5] + x[1], x[6] + x[2] - x[1], x[7] + x[3], x[8] + x[4] - x[3])
  c(a[1] / (a[1] + a[2]) - a[3] / (a[3] + a[4]), limit(0.025, a), limit(0.975, a), 1 - below(0, a))
}
row <- function(x) paste0("[", paste(sprintf("%.15g", x), collapse = ", "), "]")
all <- function(rows) paste0("[", paste(sapply(rows, row), collapse = ",\n  "), "]")
cat(sprintf('{"made_by": "beta_posterior.R", "date": "%s", "versions": {"R": "%s"},\n "cases": %s,\n "answers": %s}\n',
  Sys.Date(), R.version.string, all(cases), all(lapply(cases, answer))), file = "beta_posterior.json")
