# Time to event by R. Run in this folder: Rscript time_to_event.R (it reads time_to_event.csv and writes time_to_event.json).
# The data are simulated: events.R of the project's notes, set.seed(11), 48 + 47 subjects with many ties on day 29.
suppressMessages({library(survival); library(survRM2); library(cmprsk); library(jsonlite)})
d <- read.csv("time_to_event.csv")
small <- data.frame(time = c(0, 0, 3, 5, 5, 5, 8, 9, 12, 12, 0, 2, 3, 3, 7, 9, 9, 14), event = c(1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0), arm = rep(0:1, c(10, 8)),
  severity = c(1, 2, 1, 2, 1, 2, 1, 2, 1, 3, 1, 1, 2, 2, 1, 2, 2, 1), cause = c(1, 0, 2, 1, 1, 0, 0, 2, 1, 1, 2, 0, 1, 1, 0, 1, 0, 0))
km <- function(d, type, at) { f <- survfit(Surv(time, event) ~ arm, d, conf.type = type); q <- quantile(f, c(.25, .5, .75)); s <- summary(f, times = at, extend = TRUE)
  list(quantiles = unname(q$quantile), lower = unname(q$lower), upper = unname(q$upper), at = at, survival = s$surv, se = s$std.err, limits = list(s$lower, s$upper)) }
types <- c(plain = "plain", log = "log", `log-log` = "log-log", logit = "logit", arcsine = "arcsin")
profile <- function(f, d, ties) { m <- coxph(f, d, ties = ties, control = coxph.control(eps = 1e-15, iter.max = 50)); top <- m$loglik[2] - qchisq(.95, 1) / 2; g <- function(b) coxph(f, d, ties = ties, init = b, control = coxph.control(iter.max = 0))$loglik[2] - top
  b <- unname(coef(m)); c(uniroot(g, c(b - 4, b), tol = 1e-13)$root, uniroot(g, c(b, b + 4), tol = 1e-13)$root) }
cox <- function(d, f, ties) { m <- coxph(f, d, ties = ties, control = coxph.control(eps = 1e-15, iter.max = 50)); s <- summary(m); list(coef = unname(coef(m)), covariance = unname(vcov(m)), loglik = m$loglik, interval = unname(s$conf.int[, 3:4]), score = unname(s$sctest), wald = unname(m$wald.test), lr = unname(s$logtest)) }
survdiffs <- function(d) { one <- function(f, rho = 0) { x <- survdiff(f, d, rho = rho); list(chisq = unname(x$chisq), p = pchisq(x$chisq, length(x$n) - 1, lower.tail = FALSE), observed = if (is.matrix(x$obs)) rowSums(x$obs) else x$obs, expected = if (is.matrix(x$exp)) rowSums(x$exp) else x$exp) }
  list(arms = one(Surv(time, event) ~ arm), stratified = one(Surv(time, event) ~ arm + strata(severity)), three_groups = one(Surv(time, event) ~ severity), rho1 = one(Surv(time, event) ~ arm, 1), rho1_stratified = one(Surv(time, event) ~ arm + strata(severity), 1)) }
rmst <- function(d, tau) { x <- rmst2(d$time, d$event, d$arm, tau = tau); list(tau = tau, arm1 = unname(x$RMST.arm1$rmst), arm0 = unname(x$RMST.arm0$rmst), difference = unname(x$unadjusted.result[1, ]), ratio = unname(x$unadjusted.result[2, ])) }
cif <- function(d, at, type) { f <- survfit(Surv(time, factor(cause, 0:2)) ~ arm, d, conf.type = type); s <- summary(f, times = at, extend = TRUE); list(at = at, share = unname(s$pstate), se = unname(s$std.err), lower = unname(s$lower), upper = unname(s$upper)) }
untied <- transform(d, time = time + seq_along(time) / 1000); cu <- timepoints(cuminc(untied$time, untied$cause, untied$arm), c(29.5, 60.5, 112))
gray <- function(d, ...) unname(cuminc(d$time, d$cause, d$arm, ...)$Tests)
f <- Surv(time, event) ~ arm
out <- list(made_by = "time_to_event.R", date = format(Sys.Date()), versions = sapply(c("survival", "survRM2", "cmprsk"), function(p) as.character(packageVersion(p)), simplify = FALSE), R = R.version.string, small = as.list(small),
  kaplan_meier = list(trial = lapply(types, km, d = d, at = c(29, 60, 112)), small = lapply(types, km, d = small, at = c(0, 3, 8.5))), at_risk = summary(survfit(f, d), times = c(0, 29, 60, 112))$n.risk,
  curve = with(survfit(f, d[d$arm == 1, ], conf.type = "log-log"), list(time = time, n.risk = n.risk, n.event = n.event, n.censor = n.censor, surv = surv, lower = lower, upper = upper)),
  log_rank = list(trial = survdiffs(d), small = survdiffs(small)),
  cox = lapply(c(efron = "efron", breslow = "breslow", exact = "exact"), function(t) list(arm = cox(d, f, t), stratified = cox(d, update(f, . ~ . + strata(severity)), t), adjusted = cox(d, update(f, . ~ . + factor(severity)), t), small = cox(small, f, t), profile = profile(f, d, t), profile_small = profile(f, small, t))),
  restricted_mean = list(rmst(d, 112), rmst(d, 60), rmst(small, 12)),
  incidence = list(trial = cif(d, c(29, 60, 112), "log-log"), trial_plain = cif(d, c(29, 60, 112), "plain"), small = cif(small, c(0, 3, 8.5), "plain")), cmprsk = list(at = c(29.5, 60.5, 112), share = unname(cu$est), se = unname(sqrt(cu$var))),
  gray = list(trial = gray(d), small = gray(small), stratified = gray(d, strata = d$severity), three_groups = unname(cuminc(d$time, d$cause, d$severity)$Tests)))
write_json(out, "time_to_event.json", digits = 15, auto_unbox = TRUE, pretty = TRUE, null = "null", na = "null")
