# Parts of reference-based imputation by rbmi: the strategies alone, bootstrap samples, a grid of deltas, Bayesian draws.
# Run: Rscript imputation_parts.R (reads imputation-monotone.csv)
suppressMessages({library(rbmi); library(mmrm); library(jsonlite)})

# as in imputation.R: nlminb, which fits to a gradient below 1e-8
original <- mmrm::mmrm
assignInNamespace("mmrm", function(formula, data, reml, n_cores, accept_singular) {
  original(formula, data = data, reml = reml, control = mmrm_control(optimizer = "nlminb", accept_singular = accept_singular))
}, ns = "mmrm")

# The strategies: own and reference with different covariances, the event before each of four visits
own <- list(mu = c(11, 16, 22, 27), sigma = outer(1:4, 1:4, function(i, j) .7^abs(i - j)) * outer(c(12, 14, 16, 18), c(12, 14, 16, 18)))
reference <- list(mu = c(6, 8, 9, 9.5), sigma = (.2 + .5 * diag(4)) * outer(c(10, 11, 15, 13), c(10, 11, 15, 13)))
named <- list("jump-to-reference" = strategy_JR, "copy-reference" = strategy_CR, "copy-increments-in-reference" = strategy_CIR, "last-mean-carried-forward" = strategy_LMCF, "missing-at-random" = strategy_MAR)
marginals <- list()
for (name in names(named)) for (event in 0:3) {
  if (name == "last-mean-carried-forward" && event == 0) next
  p <- named[[name]](own, reference, 0:3 < event)
  marginals[[length(marginals) + 1]] <- list(strategy = name, event = event, mean = as.numeric(p$mu), covariance = unname(as.matrix(p$sigma)))
}

weeks <- c(4, 8, 12, 16)
d <- read.csv("imputation-monotone.csv")
d$event <- ave(ifelse(is.na(d$y), d$week, Inf), d$subject, FUN = min)
d$subject <- factor(d$subject); d$visit <- factor(d$week); d$arm <- factor(d$arm, levels = c("PBO", "IVIG"))
first <- d[!duplicated(d$subject) & is.finite(d$event), ]
ice <- data.frame(subject = first$subject, visit = factor(first$event, levels = weeks), strategy = "JR")
vars <- set_vars(subjid = "subject", visit = "visit", outcome = "y", group = "arm", covariates = c("arm*visit", "base*visit"))
at_16 <- set_vars(subjid = "subject", visit = "visit", outcome = "y", group = "arm", covariates = "base")
references <- c("PBO" = "PBO", "IVIG" = "PBO")
row <- function(analysed, ...) { t <- as.data.frame(pool(analysed, ...)); as.list(t[t$parameter == "trt_16", c("est", "se", "lci", "uci", "pval")]) }

# Bootstrap: 40 samples, by the numbers (from 0) of their subjects
set.seed(11)
drawn <- draws(d, ice, vars, method_condmean(type = "bootstrap", covariance = "us", n_samples = 40), quiet = TRUE)
samples <- lapply(drawn$samples[-1], function(s) as.integer(match(s$ids, levels(d$subject)) - 1))
analysed <- analyse(impute(drawn, references = references), ancova, vars = at_16, visits = "16")
bootstrap <- list(samples = samples, normal = row(analysed, type = "normal"), percentile = row(analysed, type = "percentile"))

# Deltas in each arm: the jackknife of one fit each
jackknife <- impute(draws(d, ice, vars, method_condmean(type = "jackknife", covariance = "us"), quiet = TRUE), references = references)
grid <- list()
for (active in c(-30, -15, 0)) for (control in c(-10, 0, 10)) {
  template <- delta_template(jackknife)
  template$delta <- ifelse(template$is_missing & template$is_post_ice, ifelse(template$arm == "IVIG", active, control), 0)
  grid[[length(grid) + 1]] <- c(list(active = active, control = control), row(analyse(jackknife, ancova, delta = template, vars = at_16, visits = "16")))
}
write_json(list(made_by = "imputation_parts.R", date = "2026-11-25",
  versions = list(R = R.version.string, rbmi = as.character(packageVersion("rbmi")), mmrm = as.character(packageVersion("mmrm"))),
  own = own, reference = reference, marginals = marginals, bootstrap = bootstrap, grid = grid), "imputation_parts.json", digits = 15, auto_unbox = TRUE, null = "null", na = "null")
