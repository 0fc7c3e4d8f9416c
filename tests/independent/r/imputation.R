# Reference-based imputation of one measure by rbmi, pooling by mice. Run: Rscript imputation.R
# imputation-monotone.csv was simulated before; imputation-gaps.csv is simulated here: intermittent gaps, events with
# and without values after them, an event at the first visit, subjects without any value.
suppressMessages({library(rbmi); library(mmrm); library(jsonlite)})

# rbmi fits with mmrm's first optimizer, which stops early (gradient 3e-3); nlminb, which uses the Hessian, fits the
# same model to a gradient below 1e-8.
original <- mmrm::mmrm
assignInNamespace("mmrm", function(formula, data, reml, n_cores, accept_singular) {
  original(formula, data = data, reml = reml, control = mmrm_control(optimizer = "nlminb", accept_singular = accept_singular))
}, ns = "mmrm")

weeks <- c(4, 8, 12, 16)

simulate_gaps <- function() {
  set.seed(77); n <- 96
  arm <- factor(rep(c("PBO", "IVIG", "IVIG"), length.out = n), levels = c("PBO", "IVIG"))
  base <- round(rnorm(n, 40, 9), 1); severe <- rbinom(n, 1, .3); sd <- c(11, 12, 15, 17)
  L <- chol(outer(1:4, 1:4, function(i, j) .75^abs(i - j)) * outer(sd, sd))
  do.call(rbind, lapply(1:n, function(i) {
    y <- as.numeric(rnorm(4) %*% L) + c(4, 7, 9, 10) + (arm[i] == "IVIG") * c(5, 10, 14, 17) + .5 * (base[i] - 40) - 4 * severe[i]
    event <- if (i %in% c(8, 21)) 1 else if (runif(1) < .3) sample(2:4, 1) else NA
    if (!is.na(event)) for (v in event:4) if (runif(1) < .6) y[v] <- NA
    if (i == 21) y[] <- NA
    if (i %in% c(33, 52)) y[] <- NA                   # nothing after baseline, and no event
    gap <- if (runif(1) < .2) sample(1:3, 1) else NA  # missing without an event
    if (!is.na(gap)) y[gap] <- NA
    data.frame(subject = sprintf("S%03d", i), arm = arm[i], base = base[i], severe = severe[i], week = weeks,
               y = round(y, 2), event = ifelse(is.na(event), "", weeks[event]))
  }))
}

gaps <- simulate_gaps()
write.csv(gaps, "imputation-gaps.csv", row.names = FALSE, quote = FALSE, na = "")
monotone <- read.csv("imputation-monotone.csv")
monotone$event <- ave(ifelse(is.na(monotone$y), monotone$week, Inf), monotone$subject, FUN = min)
gaps$event <- suppressWarnings(as.numeric(gaps$event)); gaps$event[is.na(gaps$event)] <- Inf
prepare <- function(d) { d$subject <- factor(d$subject); d$visit <- factor(d$week); d$arm <- factor(d$arm, levels = c("PBO", "IVIG")); d }
trials <- list(monotone = prepare(monotone), gaps = prepare(gaps))
covariates <- list(monotone = "base", gaps = c("base", "severe"))

run <- function(trial, strategies, same_cov, delta = NULL, dlag = NULL) {
  d <- trials[[trial]]; x <- covariates[[trial]]
  first <- d[!duplicated(d$subject) & is.finite(d$event), ]
  ice <- data.frame(subject = first$subject, visit = factor(first$event, levels = weeks), strategy = rep(strategies, length.out = nrow(first)))
  vars <- set_vars(subjid = "subject", visit = "visit", outcome = "y", group = "arm", covariates = c("arm*visit", paste0(x, "*visit")))
  drawn <- draws(d, ice, vars, method_condmean(type = "jackknife", covariance = "us", same_cov = same_cov), quiet = TRUE)
  imputed <- impute(drawn, references = c("PBO" = "PBO", "IVIG" = "PBO"))
  template <- if (!is.null(delta)) delta_template(imputed, delta = delta, dlag = dlag)
  analysed <- analyse(imputed, ancova, delta = template, visits = "16", vars = set_vars(subjid = "subject", visit = "visit", outcome = "y", group = "arm", covariates = x))
  table <- as.data.frame(pool(analysed))
  names(table)[names(table) == "pval"] <- "p"
  first_completed <- extract_imputed_dfs(imputed, 1)[[1]]
  list(trial = trial, strategies = I(strategies), same_cov = same_cov, delta = delta, lag = dlag,
       difference = as.list(table[table$parameter == "trt_16", c("est", "se", "lci", "uci", "p")]),
       mean_reference = table$est[table$parameter == "lsm_ref_16"], mean_active = table$est[table$parameter == "lsm_alt_16"],
       completed = if (is.null(delta)) unname(matrix(first_completed$y, ncol = 4, byrow = TRUE)),
       delta_template = if (!is.null(delta)) unname(matrix(template$delta, ncol = 4, byrow = TRUE)))
}

results <- list()
for (same in c(TRUE, FALSE)) for (strategy in c("MAR", "JR", "CR", "CIR", "LMCF")) results[[length(results) + 1]] <- run("monotone", strategy, same)
for (same in c(TRUE, FALSE)) for (strategy in c("MAR", "JR", "CR", "CIR")) results[[length(results) + 1]] <- run("gaps", strategy, same)
results[[length(results) + 1]] <- run("gaps", c("JR", "MAR", "CIR", "CR"), FALSE)
results[[length(results) + 1]] <- run("gaps", "JR", TRUE, delta = c(-1, -2, -3, -4), dlag = c(1, 2, 0, 1))
results[[length(results) + 1]] <- run("gaps", "MAR", TRUE, delta = rep(-5, 4), dlag = c(1, 0, 0, 0))

# Pooling of given estimates
set.seed(5)
estimates <- round(rnorm(25, 3, 1.4), 3); ses <- round(runif(25, 1, 2), 3)
rubin <- lapply(c(20, 60, 500, Inf), function(df) {
  s <- mice::pool.scalar(estimates, ses^2, n = df + 1, k = 1, rule = "rubin1987"); r <- rbmi:::rubin_rules(estimates, ses, df)
  list(complete_df = if (is.finite(df)) df, mice = s[c("qbar", "ubar", "b", "t", "df", "r", "fmi")], rbmi = r)
})
replicates <- round(rnorm(199, 3, 1.4), 3)
same_sign <- abs(replicates) + .1
bootstrap <- function(x, type, alternative) rbmi:::pool_internal.bootstrap(list(est = c(2.8, x)), .95, alternative, type)
# rbmi's own p-value of the percentiles is searched to 1e-4 only
p_percentile <- 2 * uniroot(function(q) quantile(replicates, q, type = 6, names = FALSE), c(0, 1), tol = 1e-15)$root
pooled <- list(percentile_p = p_percentile, normal = bootstrap(replicates, "normal", "two.sided"), percentile = bootstrap(replicates, "percentile", "two.sided"),
               percentile_same_sign = bootstrap(same_sign, "percentile", "two.sided"),
               jackknife = rbmi:::pool_internal.jackknife(list(est = c(2.8, replicates)), .95, "two.sided"))

write_json(list(made_by = "imputation.R", date = "2026-11-25",
  versions = lapply(list(R = NULL, rbmi = "rbmi", mmrm = "mmrm", mice = "mice"), function(p) if (is.null(p)) R.version.string else as.character(packageVersion(p))),
  method = "conditional-mean imputation, jackknife; covariates by visit; unstructured covariance, REML; ANCOVA at week 16 on the covariates; reference PBO",
  results = results, estimates = estimates, ses = ses, rubin = rubin, replicates = replicates, pooled = pooled),
  "imputation.json", digits = 15, auto_unbox = TRUE, pretty = FALSE, null = "null", na = "null")
