# Makes week16.json from week16.csv, which is simulated: t, analysis of covariance, rank tests. Run here: Rscript week16.R
suppressMessages({library(emmeans); library(sandwich); library(jsonlite)})
d <- read.csv("week16.csv"); d$arm <- factor(d$arm, levels = c("PBO", "IVIG")); d$severity <- factor(d$severity)
variances <- c("HC0", "HC1", "HC2", "HC3")
m <- lm(y ~ base + severity + arm, d)
robust <- sapply(variances, function(type) sqrt(vcovHC(m, type = type)["armIVIG", "armIVIG"]))

# Slopes by group: covariates centered at their mean, levels at their shares or at equal weights, all times the arm.
interacting <- function(share) {
  x <- data.frame(base = d$base - mean(d$base), moderate = (d$severity == "moderate") - share("moderate"), severe = (d$severity == "severe") - share("severe"))
  lm(y ~ (base + moderate + severe) * arm, cbind(x, d[c("y", "arm")]))
}
describe <- function(fit) {
  row <- function(l) { l <- replace(numeric(length(coef(fit))), match(names(l), names(coef(fit))), l); c(sum(l * coef(fit)), sapply(variances, function(type) sqrt(drop(l %*% vcovHC(fit, type = type) %*% l))), sqrt(drop(l %*% vcov(fit) %*% l))) }
  list(difference = unname(row(c(armIVIG = 1))), mean1 = unname(row(c("(Intercept)" = 1, armIVIG = 1))), mean2 = unname(row(c("(Intercept)" = 1))), df = fit$df.residual)
}
by_group <- list(proportional = describe(interacting(function(l) mean(d$severity == l))), equal = describe(interacting(function(l) 1 / 3)))

x <- d$y[d$arm == "IVIG"]; y <- d$y[d$arm == "PBO"]
wilcox <- function(...) wilcox.test(x, y, conf.int = TRUE, tol.root = 1e-10, ...)
ranks <- lapply(list(normal = wilcox(exact = FALSE, correct = FALSE), "normal-corrected" = wilcox(exact = FALSE, correct = TRUE), exact = wilcox(exact = TRUE)),
  function(w) list(statistic = unname(w$statistic), p = w$p.value, ci = as.numeric(w$conf.int)))

ls <- as.data.frame(emmeans(m, ~ arm)); lw <- as.data.frame(emmeans(m, ~ arm, weights = "proportional"))
tt <- t.test(y ~ arm, d, var.equal = TRUE); tw <- t.test(y ~ arm, d)
version <- function(name) as.character(packageVersion(name))
write_json(list(made_by = "week16.R", date = "2026-11-25", versions = list(R = R.version.string, emmeans = version("emmeans"), sandwich = version("sandwich")),
  ancova = list(estimate = unname(coef(m)["armIVIG"]), se = sqrt(vcov(m)["armIVIG", "armIVIG"]), df = m$df.residual, p = summary(m)$coef["armIVIG", 4], ci = as.numeric(confint(m)["armIVIG", ]), ls_means_equal = ls$emmean, ls_means_proportional = lw$emmean, ls_means_equal_se = ls$SE, robust_se = as.list(robust)),
  by_group = by_group,
  t = list(p = tt$p.value, df = unname(tt$parameter), se = tt$stderr, ci_pbo_minus_ivig = as.numeric(tt$conf.int)), welch = list(p = tw$p.value, df = unname(tw$parameter), se = tw$stderr, ci_pbo_minus_ivig = as.numeric(tw$conf.int)),
  ranks = c(ranks, list(hodges_lehmann = median(outer(x, y, "-"))))),
  "week16.json", digits = 14, auto_unbox = TRUE, pretty = TRUE)
