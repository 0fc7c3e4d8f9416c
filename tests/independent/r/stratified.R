# Reference numbers of stratified 2 x 2 tables. Run: Rscript stratified.R PATH_OF_TERN
# (tern is sourced from a clone of github.com/insightsengineering/tern at commit eab2bd715f190c0cb18f89236210376bddaf4575.)
suppressMessages({library(ratesci); library(DescTools); library(metafor); library(jsonlite)})
as_factor_keep_attributes <- as.factor
check_diff_prop_ci <- function(...) invisible(NULL)
assert_proportion_value <- function(...) invisible(NULL)
tern <- commandArgs(TRUE)[1]
sourced <- new.env(parent = globalenv())
for (file in c("prop_diff.R", "estimate_proportion.R")) for (e in parse(file.path(tern, "R", file)))
  if (is.call(e) && identical(e[[1]], as.name("<-")) && is.call(e[[3]]) && identical(e[[3]][[1]], as.name("function"))) eval(e, sourced)
formals(sourced$update_weights_strat_wilson)$tol <- 1e-13 # to the end, where tern stops at 0.001
formals(sourced$prop_strat_wilson)$max_iterations <- 500
# ratesci does not end for some strata that are full and empty: such a call is given up after five seconds.
num <- function(e) { on.exit(setTimeLimit()); setTimeLimit(elapsed = 5, transient = TRUE); tryCatch(as.numeric(suppressWarnings(e)), error = function(z) NULL) }
S <- list(list(x1 = c(11,20,6), n1 = c(13,27,7), x2 = c(6,13,2), n2 = c(13,28,7)), list(x1 = c(0,4), n1 = c(5,9), x2 = c(0,2), n2 = c(6,8)),
          list(x1 = c(5,9,14,3), n1 = c(5,10,30,4), x2 = c(1,9,10,0), n2 = c(4,12,29,5)), list(x1 = c(200,150), n1 = c(400,210), x2 = c(170,120), n2 = c(390,215)),
          list(x1 = c(3,0,7), n1 = c(8,6,20), x2 = c(1,2,5), n2 = c(40,3,21)), list(x1 = c(37), n1 = c(47), x2 = c(21), n2 = c(48)),
          list(x1 = c(9,30,4,11,7), n1 = c(9,41,12,20,15), x2 = c(2,25,0,16,3), n2 = c(11,38,10,19,16)), list(x1 = c(1,0,2), n1 = c(90,85,110), x2 = c(5,3,0), n2 = c(88,91,104)),
          list(x1 = c(5,12), n1 = c(5,12), x2 = c(3,9), n2 = c(6,11)), list(x1 = c(6,4), n1 = c(6,9), x2 = c(7,2), n2 = c(7,8)),
          list(x1 = c(5,7), n1 = c(5,7), x2 = c(0,0), n2 = c(4,6)), list(x1 = c(4,6), n1 = c(8,9), x2 = c(0,0), n2 = c(7,11)))
score <- function(s, contrast, w, skew, bias = FALSE) num(scoreci(s$x1, s$n1, s$x2, s$n2, contrast = contrast, distrib = "bin", stratified = TRUE, weighting = w, skew = skew, bcf = TRUE,
  or_bias = bias, rr_tang = FALSE, precis = 10, warn = FALSE)$estimates[1, c("est", "lower", "upper")])
one <- function(s) {
  a <- array(rbind(s$x1, s$x2, s$n1 - s$x1, s$n2 - s$x2), c(2, 2, length(s$x1)))
  k <- seq_along(s$x1)
  cell <- function(x, n, arm) data.frame(rsp = unlist(lapply(k, function(i) rep(c(TRUE, FALSE), c(x[i], n[i] - x[i])))), arm = arm, stratum = rep(k, n))
  d <- rbind(cell(s$x2, s$n2, "control"), cell(s$x1, s$n1, "treatment"))
  d$arm <- factor(d$arm, levels = c("control", "treatment")); d$stratum <- factor(d$stratum)
  newcombe <- function(w) num({ r <- sourced$prop_diff_strat_nc(d$rsp, d$arm, d$stratum, weights_method = w); c(r$diff, r$diff_ci) })
  cmh <- function(se) num({ r <- sourced$prop_diff_cmh(d$rsp, d$arm, d$stratum, diff_se = se); c(r$diff, r$diff_ci) })
  rma <- function(m) num({ r <- rma.mh(ai = s$x1, n1i = s$n1, ci = s$x2, n2i = s$n2, measure = m, drop00 = FALSE, correct = FALSE); c(r$beta, r$ci.lb, r$ci.ub) })
  cm <- tryCatch(mantelhaen.test(a, correct = FALSE), error = function(z) NULL); ex <- tryCatch(mantelhaen.test(a, exact = TRUE), error = function(z) NULL)
  iv <- num({ p1 <- s$x1 / s$n1; p2 <- s$x2 / s$n2; v <- p1 * (1 - p1) / s$n1 + p2 * (1 - p2) / s$n2; r <- rma.uni(yi = p1 - p2, vi = v, method = "FE"); c(r$beta, r$ci.lb, r$ci.ub) })
  scores <- list()
  for (contrast in c("RD", "RR", "OR")) for (w in c("MH", "IVS", "INV", "MN")) for (skew in c(FALSE, TRUE))
    scores[[paste0(contrast, "_", w, if (skew) "_skew")]] <- score(s, contrast, w, skew)
  for (w in c("MH", "IVS", "INV")) for (skew in c(FALSE, TRUE)) scores[[paste0("ORB_", w, if (skew) "_skew")]] <- score(s, "OR", w, skew, TRUE)
  list(tables = s, score = scores, newcombe_cmh = newcombe("cmh"), newcombe_wilson = newcombe("wilson_h"), difference_standard = cmh("standard"), difference_sato = cmh("sato"),
    inverse_variance = iv, metafor_rd = rma("RD"), metafor_rr = rma("RR"), metafor_or = rma("OR"),
    cmh = if (!is.null(cm)) list(odds_ratio = unname(cm$estimate), ci = as.numeric(cm$conf.int)),
    exact = if (!is.null(ex)) list(p = ex$p.value, estimate = unname(ex$estimate), ci = as.numeric(ex$conf.int), p_greater = mantelhaen.test(a, exact = TRUE, alternative = "greater")$p.value, p_less = mantelhaen.test(a, exact = TRUE, alternative = "less")$p.value),
    breslow_day = num({ r <- BreslowDayTest(a); c(r$statistic, r$p.value) }), tarone = num({ r <- BreslowDayTest(a, correct = TRUE); c(r$statistic, r$p.value) }))
}
v <- function(p) as.character(packageVersion(p))
write_json(list(made_by = "stratified.R", date = as.character(Sys.Date()), versions = list(R = R.version.string, ratesci = v("ratesci"), DescTools = v("DescTools"), metafor = v("metafor"), tern = "commit eab2bd715f190c0cb18f89236210376bddaf4575"),
  note = "estimate, lower, upper at 95 % of group 1 against group 2; ratesci with rr_tang = FALSE, and with or_bias = TRUE for ORB only; metafor's ratios are logs", tables = lapply(S, one)),
  "stratified.json", digits = 15, auto_unbox = TRUE, pretty = TRUE, null = "null", na = "null")
