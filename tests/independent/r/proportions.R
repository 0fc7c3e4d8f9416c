# The lines of the program that made proportions.json (R 4.2.2, ratesci 1.0.0, DescTools 0.99.59; 2026-11-22).
suppressMessages({library(ratesci); library(DescTools); library(jsonlite)})
num <- function(e) tryCatch(as.numeric(suppressWarnings(e)), error = function(z) NULL)
sc <- function(x1, n1, x2, n2, bcf) num(scoreci(x1, n1, x2, n2, contrast = "RD", distrib = "bin", skew = FALSE, bcf = bcf)$estimates[1, c("lower", "upper")])
grid <- list(c(37,47,21,48), c(32,47,11,48), c(15,47,4,48), c(0,10,0,20), c(0,20,3,17), c(20,20,12,17), c(9,9,9,9), c(0,7,7,7), c(1,30,0,31), c(8,25,8,25),
             c(12,24,13,26), c(100,120,60,118), c(480,1000,431,990), c(3,5,1,6), c(47,47,48,48), c(2,140,9,135), c(24,24,0,24), c(18,60,29,58))
two <- lapply(grid, function(k) { x1 <- k[1]; n1 <- k[2]; x2 <- k[3]; n2 <- k[4]; m <- matrix(c(x1, n1 - x1, x2, n2 - x2), 2)
  d <- function(method) num(BinomDiffCI(x1, n1, x2, n2, method = method)[1, 2:3])
  list(case = k, rd = list(wald = d("wald"), wald_cc = d("waldcc"), agresti_caffo = d("ac"), newcombe = d("score"), miettinen_nurminen = sc(x1,n1,x2,n2,TRUE), mee = sc(x1,n1,x2,n2,FALSE)),
       p = list(pearson = num(chisq.test(m, correct = FALSE)$p.value), yates = num(chisq.test(m)$p.value), fisher = num(fisher.test(m)$p.value))) })
one <- lapply(list(c(0,12), c(12,12), c(8,19), c(37,47), c(3,200)), function(k) { b <- function(m) num(BinomCI(k[1], k[2], method = m)[1, 2:3])
  list(case = k, wald = b("wald"), wilson = b("wilson"), clopper_pearson = b("clopper-pearson")) })
S <- list(list(x1 = c(11,20,6), n1 = c(13,27,7), x2 = c(6,13,2), n2 = c(13,28,7)), list(x1 = c(0,4), n1 = c(5,9), x2 = c(0,2), n2 = c(6,8)), list(x1 = c(5,9,14,3), n1 = c(5,10,30,4), x2 = c(1,9,10,0), n2 = c(4,12,29,5)),
          list(x1 = c(200,150), n1 = c(400,210), x2 = c(170,120), n2 = c(390,215)), list(x1 = c(3,0,7), n1 = c(8,6,20), x2 = c(1,2,5), n2 = c(40,3,21)))
strat <- lapply(S, function(s) { a <- array(rbind(s$x1, s$x2, s$n1 - s$x1, s$n2 - s$x2), c(2, 2, length(s$x1)))
  cm <- mantelhaen.test(a, correct = FALSE); cc <- mantelhaen.test(a)
  list(tables = s, cmh = list(chi2 = unname(cm$statistic), p = cm$p.value), cmh_corrected = list(chi2 = unname(cc$statistic), p = cc$p.value)) })
v <- function(p) as.character(packageVersion(p))
write_json(list(made_by = "proportions.R", date = "2026-11-22", versions = list(R = R.version.string, ratesci = v("ratesci"), DescTools = v("DescTools")), one = one, two = two, stratified = strat),
  "proportions.json", digits = 14, auto_unbox = TRUE, pretty = TRUE, null = "null", na = "null")
