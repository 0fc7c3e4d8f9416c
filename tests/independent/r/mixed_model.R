# Reference numbers for mixed models for repeated measures, by R's mmrm. Run: Rscript mixed_model.R, in this folder.
# It writes the data of its ten simulated designs, and mmrm's own example, as mixed_model/<design>.csv: a row a subject.
# mmrm's default optimizer stops early, so nlminb is used with the tightest tolerance at which it does not
# complain; BFGS from the same start confirms it.
suppressMessages({library(mmrm); library(emmeans); library(jsonlite)})
options(warn = -1)

simulate <- function(seed, n, weeks, sd, rho, drop, effect, arms = c("PBO", "IVIG"), share = NULL, spread = 1, rho2 = rho) {
  set.seed(seed); k <- length(weeks)
  arm <- if (is.null(share)) rep(arms, length.out = n) else rep(arms, times = round(n * share))
  arm <- factor(arm, levels = arms); n <- length(arm)
  sev <- factor(sample(c("mild", "moderate", "severe"), n, TRUE, c(.27, .59, .14))); base <- round(rnorm(n), 2)
  root <- function(r, s) chol(outer(1:k, 1:k, function(i, j) r^abs(i - j)) * outer(sd, sd)) * s
  L <- root(rho, 1); L2 <- root(rho2, spread)
  do.call(rbind, lapply(1:n, function(i) {
    treated <- as.integer(arm[i]) - 1
    y <- as.numeric(rnorm(k) %*% (if (treated > 0) L2 else L)) + seq(8, 22, length.out = k) + treated * effect + 3 * base[i]
    keep <- rep(TRUE, k)
    if (runif(1) < drop && k > 1) keep[sample(2:k, 1):k] <- FALSE
    if (runif(1) < drop / 2) keep[sample(1:k, 1)] <- FALSE
    if (!any(keep)) keep[1] <- TRUE
    data.frame(subject = sprintf("S%03d", i), arm = arm[i], severity = sev[i], base = base[i], week = weeks, y = round(y, 3))[keep, ]
  }))
}
designs <- list(
  proderm = simulate(1, 95, c(4, 8, 12, 16), c(14, 17, 20, 22), .7, .10, c(8, 14, 20, 26)),
  small = simulate(2, 24, c(4, 8, 12), c(15, 15, 18), .6, .15, c(5, 10, 15)),
  long = simulate(3, 160, c(4, 8, 12, 16, 28, 40), c(12, 14, 18, 20, 22, 25), .8, .30, c(6, 10, 15, 20, 18, 15)),
  two = simulate(4, 40, c(8, 16), c(15, 20), .5, .10, c(10, 20)),
  eight = simulate(5, 250, seq(4, 32, 4), seq(12, 26, 2), .85, .40, seq(4, 18, 2)),
  arms = simulate(6, 150, c(4, 8, 12, 16), c(14, 16, 18, 20), .6, .20, c(4, 7, 10, 13), c("PBO", "LOW", "HIGH"), c(.5, .3, .2)),
  unbalanced = simulate(7, 80, c(4, 8, 12, 16, 20), c(12, 14, 18, 20, 21), .65, .15, c(5, 10, 14, 18, 20), share = c(.25, .75)),
  heavy = simulate(8, 120, c(4, 8, 12, 16, 20), c(12, 14, 18, 20, 21), .75, .60, c(5, 10, 14, 18, 20)),
  weak = simulate(9, 60, c(4, 8, 12), c(15, 10, 18), .08, .20, c(5, 10, 15)),
  grouped = simulate(10, 160, c(4, 8, 12, 16), c(10, 12, 14, 16), .35, .20, c(5, 9, 13, 15), spread = 1.8, rho2 = .8)
)
fev <- data.frame(subject = fev_data$USUBJID, arm = fev_data$ARMCD, severity = fev_data$RACE, sex = fev_data$SEX,
                  base = fev_data$FEV1_BL, week = fev_data$VISITN, y = fev_data$FEV1)
designs$fev <- fev[!is.na(fev$y), ]

write_wide <- function(name, d) {
  ids <- as.character(unique(d$subject)); weeks <- sort(unique(d$week)); first <- d[match(ids, d$subject), ]
  wide <- data.frame(arm = as.integer(first$arm) - 1, factor = as.integer(first$severity) - 1)
  if (!is.null(first$sex)) wide$factor2 <- as.integer(first$sex) - 1
  wide$base <- first$base
  for (w in weeks) { at <- d[d$week == w, ]; wide[[paste0("y", w)]] <- at$y[match(ids, at$subject)] }
  write.csv(format(wide, digits = 15, trim = TRUE), file.path("mixed_model", paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

vcovs <- c(satterthwaite = "Asymptotic", `kenward-roger` = "Kenward-Roger", `kenward-roger-linear` = "Kenward-Roger-Linear", `between-within` = "Asymptotic")
methods <- c(satterthwaite = "Satterthwaite", `kenward-roger` = "Kenward-Roger", `kenward-roger-linear` = "Kenward-Roger", `between-within` = "Between-Within")
nlminb_to <- function(tolerance) list(rel.tol = tolerance, x.tol = tolerance, eval.max = 2000, iter.max = 1000)
fit_once <- function(formula, d, reml, m, optimizer, control) mmrm(formula, data = d, reml = reml,
  method = methods[[m]], vcov = vcovs[[m]], optimizer = optimizer, optimizer_control = control)
fit <- function(formula, d, reml, m) { # the tightest tolerance at which nlminb does not complain
  for (tolerance in c(1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10)) {
    f <- tryCatch(fit_once(formula, d, reml, m, "nlminb", nlminb_to(tolerance)), error = function(z) z)
    if (!inherits(f, "error")) return(f)
  }
  stop(f)
}

describe <- function(name, d, structure, grouped, criterion, fixed = "base + severity + arm * week", weights = "equal") {
  reml <- criterion == "reml"; if (name == "fev") fixed <- sub("severity", "severity + sex", fixed)
  formula <- as.formula(sprintf("y ~ %s + %s(week | %ssubject)", fixed, structure, if (grouped) "arm / " else ""))
  names <- if (reml) names(methods) else c("satterthwaite", "between-within")
  answer <- list(design = name, structure = structure, grouped = grouped, criterion = criterion)
  for (m in names) {
    f <- fit(formula, d, reml, m)
    e <- emmeans(f, ~ arm | week, weights = weights); s <- as.data.frame(e)
    k <- as.data.frame(contrast(e, method = "trt.vs.ctrl", adjust = "none"))
    if (m == "satterthwaite") {
      other <- tryCatch(-2 * as.numeric(logLik(fit_once(formula, d, reml, m, "BFGS", list(reltol = 1e-14, maxit = 5000)))), error = function(z) NA)
      answer <- c(answer, list(minus2 = -2 * as.numeric(logLik(f)), minus2_bfgs = other, aic = AIC(f), bic = BIC(f),
        largest_gradient = max(abs(f$tmb_obj$gr(f$theta_est))), coefficients = unname(coef(f)), coefficient_se = unname(sqrt(diag(vcov(f)))),
        means = s$emmean, differences = k$estimate))
    }
    rows <- contrast(e, method = "trt.vs.ctrl")@linfct; together <- df_md(f, rows)
    answer[[m]] <- list(mean_se = s$SE, mean_df = s$df, se = k$SE, df = k$df, p = k$p.value, f = together$f_stat, f_df = together$denom_df, f_p = together$p_val)
  }
  answer
}

structures <- c("us", "toeph", "toep", "adh", "ad", "ar1h", "ar1", "csh", "cs")
fits <- list()
keep <- function(...) { answer <- tryCatch(describe(...), error = function(z) { a <- list(...); list(design = a[[1]], structure = a[[3]], grouped = a[[4]], criterion = a[[5]], error = conditionMessage(z)) })
  fits[[length(fits) + 1]] <<- answer }
for (name in names(designs)) {
  d <- designs[[name]]; write_wide(name, d); d$week <- factor(d$week); d$subject <- factor(d$subject)
  for (s in structures) {
    for (criterion in c("reml", "ml")) keep(name, d, s, FALSE, criterion)
    if (s == "us" || name %in% c("grouped", "proderm")) keep(name, d, s, TRUE, "reml")
  }
  cat(name, format(Sys.time()), "\n", file = stderr())
}
options_of <- list()
for (name in c("proderm", "heavy", "arms", "fev")) { d <- designs[[name]]; d$week <- factor(d$week); d$subject <- factor(d$subject)
  options_of[[length(options_of) + 1]] <- c(describe(name, d, "us", FALSE, "reml", "base * week + severity + arm * week"), list(option = "by-visit"))
  options_of[[length(options_of) + 1]] <- c(describe(name, d, "us", FALSE, "reml", weights = "proportional"), list(option = "proportional")) }

write_json(list(made_by = "mixed_model.R", date = format(Sys.Date()), versions = list(R = R.version.string, mmrm = as.character(packageVersion("mmrm")), emmeans = as.character(packageVersion("emmeans"))),
  model = "y ~ base + severity (+ sex) + arm * week; means at the mean base over rows, levels weighed equally unless said; optimizer nlminb",
  fits = fits, options = options_of), "mixed_model.json", digits = NA, auto_unbox = TRUE, null = "null", na = "null")
