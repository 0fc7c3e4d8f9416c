# Intervals and tests of one proportion and of the difference, ratio and odds ratio of two. Run: Rscript two_proportions.R
# ratesci's own default adds a correction for bias to every score interval of an odds ratio: or_bias = FALSE but for SCAS.
suppressMessages({library(ratesci); library(DescTools); library(exact2x2); library(exactci); library(rpact); library(jsonlite)})
num <- function(e) as.numeric(suppressWarnings(e))
sc <- function(k, contrast, skew, bcf = TRUE) num(scoreci(k[1], k[2], k[3], k[4], contrast = contrast, skew = skew, bcf = bcf, or_bias = skew, precis = 10)$estimates[1, c("lower", "upper")])
pv <- function(k, contrast, theta0, skew, bcf) num(scoreci(k[1], k[2], k[3], k[4], contrast = contrast, skew = skew, bcf = bcf, or_bias = skew, theta0 = theta0)$pval[1, c("scorenull", "pval_right")])
design <- getDesignGroupSequential(kMax = 1, alpha = 0.025)
fm <- function(k, theta0, up) { s <- getStageResults(design, getDataset(n1 = k[2], n2 = k[4], events1 = k[1], events2 = k[3]), thetaH0 = theta0, directionUpper = up, normalApproximation = TRUE, stage = 1); c(s$testStatistics[1], s$pValues[1]) }
grid <- list(c(37,47,21,48), c(32,47,11,48), c(15,47,4,48), c(0,10,0,20), c(0,20,3,17), c(20,20,12,17), c(9,9,9,9), c(0,7,7,7), c(1,30,0,31), c(8,25,8,25), c(12,24,13,26), c(100,120,60,118), c(480,1000,431,990),
             c(3,5,1,6), c(47,47,48,48), c(2,140,9,135), c(24,24,0,24), c(18,60,29,58), c(1,1,0,1), c(0,1,1,3), c(5,6,60,61), c(250,300,1,9))
out <- lapply(grid, function(k) { m <- matrix(c(k[1], k[2] - k[1], k[3], k[4] - k[3]), 2); same <- sum(k[c(1, 3)]) %in% c(0, sum(k[c(2, 4)])); none <- sum(k[c(1, 3)]) == 0
  list(case = k, rd = list(scas = sc(k, "RD", TRUE)),
    rr = if (!none) list(miettinen_nurminen = sc(k, "RR", FALSE), scas = sc(k, "RR", TRUE), koopman = sc(k, "RR", FALSE, FALSE)),
    katz = if (min(k[c(1, 3)]) > 0) num(BinomRatioCI(k[1], k[2], k[3], k[4], method = "katz.log")[1, 2:3]),
    koopman_desctools = if (min(k[c(1, 3)]) > 0 && !same) num(BinomRatioCI(k[1], k[2], k[3], k[4], method = "koopman", tol = 1e-12)[1, 2:3]),
    or = if (!same) list(miettinen_nurminen = sc(k, "OR", FALSE), scas = sc(k, "OR", TRUE), exact_conditional = num(fisher.test(m)$conf.int), mid_p_conditional = num(exact2x2(m, tsmethod = "central", midp = TRUE, tol = 1e-9)$conf.int)),
    woolf = if (min(m) > 0) num(OddsRatio(m, method = "wald", conf.level = 0.95)[2:3]), woolf_plus_half = num(OddsRatio(m + 0.5, method = "wald", conf.level = 0.95)[2:3]),
    fisher_mid_p = fisher.test(m)$p.value - 0.5 * dhyper(k[1], k[2], k[4], k[1] + k[3])) })
margin <- lapply(grid[!sapply(grid, function(k) sum(k[c(1, 3)]) %in% c(0, sum(k[c(2, 4)])))], function(k) list(case = k, farrington_manning = lapply(c(-0.1, 0, 0.15), function(d) list(greater = fm(k, d, TRUE), less = fm(k, d, FALSE))),
  miettinen_nurminen = lapply(c(-0.1, 0, 0.15), function(d) pv(k, "RD", d, FALSE, TRUE)), scas = lapply(c(-0.1, 0, 0.15), function(d) pv(k, "RD", d, TRUE, TRUE)),
  ratio = list(farrington_manning = pv(k, "RR", 0.8, FALSE, FALSE), miettinen_nurminen = pv(k, "RR", 0.8, FALSE, TRUE), scas = pv(k, "RR", 0.8, TRUE, TRUE)),
  odds_ratio = list(miettinen_nurminen = pv(k, "OR", 0.7, FALSE, TRUE), scas = pv(k, "OR", 0.7, TRUE, TRUE))))
one <- lapply(list(c(0,12), c(12,12), c(8,19), c(37,47), c(3,200), c(1,1), c(0,1), c(1,2), c(499,500)), function(k) { b <- function(m) num(BinomCI(k[1], k[2], method = m)[1, 2:3])
  list(case = k, wald_corrected = b("waldcc"), wilson_corrected = b("wilsoncc"), jeffreys = b("jeffreys"), agresti_coull = b("agresti-coull"), mid_p = num(binom.exact(k[1], k[2], tsmethod = "central", midp = TRUE)$conf.int)) })
v <- function(p) as.character(packageVersion(p))
write_json(list(made_by = "two_proportions.R", date = as.character(Sys.Date()), versions = list(R = R.version.string, ratesci = v("ratesci"), DescTools = v("DescTools"), exact2x2 = v("exact2x2"), exactci = v("exactci"), rpact = v("rpact")),
  note = "limits are 95 %; an infinite limit is the string Inf", one = one, two = out, margin = margin), "two_proportions.json", digits = 14, auto_unbox = TRUE, pretty = TRUE, null = "null", na = "string")
