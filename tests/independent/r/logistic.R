# Reference numbers of logistic regression, Firth's penalty and standardization. Run beside week16.csv:
# Rscript logistic.R PATH_OF_LOGISTF (sources of logistf 1.26.1 with its C code compiled in src/logistf.so)
suppressMessages({library(sandwich); library(jsonlite); library(RobinCar2)})
path <- commandArgs(TRUE)[1]
dyn.load(file.path(path, "src", "logistf.so"))
firth <- new.env(parent = globalenv())
for (file in list.files(file.path(path, "R"), full.names = TRUE)) tryCatch(suppressWarnings(sys.source(file, firth)), error = function(z) NULL)
d <- read.csv("week16.csv")
d$responder <- as.numeric(d$y > 20); d$treated <- as.numeric(d$arm == "IVIG"); d$moderate <- as.numeric(d$severity == "moderate"); d$severe <- as.numeric(d$severity == "severe")
few <- d[1:24, ]; few$responder <- as.numeric(few$treated == 1 & few$base > -0.6) # quasi-complete: no responders without treatment
rare <- d; rare$responder <- as.numeric(d$y > 55)
formula <- responder ~ treated + base + moderate + severe
fit <- function(data) { f <- glm(formula, binomial, data, control = glm.control(epsilon = 1e-14, maxit = 100)); glm(formula, binomial, data, start = coef(f), control = glm.control(epsilon = 1e-14, maxit = 100)) } # once more: the covariance is of the last step but one
ml <- function(data) { f <- fit(data); list(coefficients = unname(coef(f)), se = unname(sqrt(diag(vcov(f)))), log_likelihood = as.numeric(logLik(f)), p = unname(summary(f)$coefficients[, 4])) }
penalized <- function(data, f = formula) { one <- function(pl) firth$logistf(f, data, pl = pl, control = firth$logistf.control(maxit = 2000, xconv = 1e-12, gconv = 1e-12, lconv = 1e-12, maxstep = 0.5),
    plcontrol = firth$logistpl.control(maxit = 2000, xconv = 1e-12, lconv = 1e-12, maxstep = 0.5))
  w <- one(FALSE); p <- one(TRUE); X <- model.matrix(f, data); q <- plogis(drop(X %*% coef(p)))
  list(se_information = unname(sqrt(diag(solve(t(X) %*% (X * q * (1 - q)))))), coefficients = unname(p$coefficients), se = unname(sqrt(diag(p$var))), wald = unname(cbind(w$ci.lower, w$ci.upper)), profile = unname(cbind(p$ci.lower, p$ci.upper))) }
ge <- function(data, type) { f <- fit(data); V <- if (type == "model") vcov(f) else sandwich::vcovHC(f, type = type)
  g <- lapply(0:1, function(a) { n <- data; n$treated <- a; X <- model.matrix(formula, n); p <- plogis(drop(X %*% coef(f))); list(mean = mean(p), gradient = colMeans(p * (1 - p) * X)) })
  p1 <- g[[2]]$mean; p2 <- g[[1]]$mean; s <- function(v) sqrt(drop(t(v) %*% V %*% v))
  list(difference = c(p1 - p2, s(g[[2]]$gradient - g[[1]]$gradient)), log_ratio = c(log(p1 / p2), s(g[[2]]$gradient / p1 - g[[1]]$gradient / p2)),
    log_odds_ratio = c(qlogis(p1) - qlogis(p2), s(g[[2]]$gradient / (p1 * (1 - p1)) - g[[1]]$gradient / (p2 * (1 - p2))))) }
# RobinCar2 0.2.2 gives the means of groups whose levels are not in alphabetical order to one another: hence a, b.
ye <- function(data, decompose) { data$arm <- factor(ifelse(data$arm == "IVIG", "b", "a")); one <- function(contrast) { r <- suppressMessages(robin_glm(responder ~ arm + base + moderate + severe, data = data, treatment = arm ~ sp(1), contrast = contrast, family = binomial(), vcov_args = list(decompose = decompose))); e <- r$contrast; c(as.numeric(e$estimate), sqrt(as.numeric(e$variance))) }
  list(difference = one("difference"), log_ratio = one("log_risk_ratio"), log_odds_ratio = one("log_odds_ratio")) }
try_or_null <- function(e) tryCatch(e, error = function(z) { message(conditionMessage(z)); NULL })
v <- function(p) as.character(packageVersion(p))
columns <- function(data) as.list(data[, c("responder", "treated", "base", "moderate", "severe")])
sets <- lapply(list(plain = d, rare = rare, few = few), function(data) { overlap <- !identical(data, few)
  f <- if (overlap) formula else responder ~ treated + base
  list(data = columns(data), ml = if (overlap) ml(data), firth = try_or_null(penalized(data, f)), ge = if (overlap) lapply(list(model = "model", hc0 = "HC0", hc1 = "HC1", hc3 = "HC3"), function(t) ge(data, t)), ye = if (overlap) try_or_null(ye(data, TRUE)), ye_residual = if (overlap) try_or_null(ye(data, FALSE))) })
write_json(list(made_by = "logistic.R", date = as.character(Sys.Date()), versions = list(R = R.version.string, sandwich = v("sandwich"), RobinCar2 = v("RobinCar2"), logistf = "1.26.1, sourced"), sets = sets),
  "logistic.json", digits = 15, auto_unbox = TRUE, null = "null", na = "null")
