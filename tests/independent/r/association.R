# Reference numbers of tests of stratified R x C tables and ranks. Run beside week16.csv: Rscript association.R
suppressMessages({library(coin); library(jsonlite)})
T <- list(
  plain = array(c(8,4,9, 5,6,3, 2,7,4, 1,3,6,  3,5,5, 6,2,2, 4,4,7, 0,9,1), c(3, 4, 2)),
  two_arms = array(c(12,5, 9,11, 4,13,  6,2, 5,7, 3,8,  4,0, 0,3, 1,2), c(2, 3, 3)),
  zeros = array(c(5,0, 0,0, 3,8,  0,0, 4,2, 0,1,  7,1, 2,9, 0,0), c(2, 3, 3)),
  three_arms_binary = array(c(3,8,6, 9,4,7,  1,0,5, 6,7,2), c(3, 2, 2)),
  tiny = array(c(1,0,0, 0,1,0, 0,0,1,  2,1,0, 0,1,3, 1,1,1), c(3, 3, 2)))
rows <- function(a) { d <- as.data.frame(as.table(a)); d <- d[rep(seq_len(nrow(d)), d$Freq), 1:3]; names(d) <- c("arm", "y", "stratum"); d }
as_list <- function(t) list(statistic = as.numeric(statistic(t)), df = as.numeric(t@statistic@df), p = as.numeric(pvalue(t)))
answer <- function(a) { d <- rows(a); d$arm <- factor(d$arm); d$stratum <- factor(d$stratum); d$y <- factor(d$y)
  d$score <- as.numeric(d$y); d$odd <- c(0, 1, 4, 10)[d$score]
  within <- function(f) unsplit(lapply(split(d$score, d$stratum), f), d$stratum)
  d$rank <- within(rank); d$ridit <- within(function(x) rank(x) / length(x)); d$modified <- within(function(x) rank(x) / (length(x) + 1))
  rms <- function(column) as_list(independence_test(as.formula(paste(column, "~ arm | stratum")), d, teststat = "quadratic"))
  m <- mantelhaen.test(a, correct = FALSE)
  list(table = lapply(seq_len(dim(a)[3]), function(k) a[, , k]), general = as_list(cmh_test(y ~ arm | stratum, d)), mantelhaen = list(statistic = unname(m$statistic), p = m$p.value),
    integer = rms("score"), table_scores = rms("odd"), rank = rms("rank"), ridit = rms("ridit"), modified_ridit = rms("modified")) }
d <- read.csv("week16.csv"); d$arm <- factor(d$arm); d$severity <- factor(d$severity)
block <- function(f) function(data) trafo(data, numeric_trafo = f, block = d$severity)
week16 <- list(wilcox_blocked_by_default = as_list(independence_test(y ~ arm | severity, d, ytrafo = function(data) trafo(data, numeric_trafo = rank_trafo), teststat = "quadratic")),
  ranks_within_blocks = as_list(independence_test(y ~ arm | severity, d, ytrafo = block(rank_trafo), teststat = "quadratic")),
  van_elteren = as_list(independence_test(y ~ arm | severity, d, ytrafo = block(function(x) rank(x) / (length(x) + 1)), teststat = "quadratic")),
  van_elteren_signed = as.numeric(statistic(independence_test(y ~ arm | severity, d, ytrafo = block(function(x) rank(x) / (length(x) + 1)), teststat = "scalar"))),
  wilcox_test_p = as.numeric(pvalue(wilcox_test(y ~ arm | severity, d, distribution = "asymptotic"))),
  rounded = as_list(independence_test(round(y, -1) ~ arm | severity, d, ytrafo = block(function(x) rank(x) / (length(x) + 1)), teststat = "quadratic")))
v <- function(p) as.character(packageVersion(p))
write_json(list(made_by = "association.R", date = as.character(Sys.Date()), versions = list(R = R.version.string, coin = v("coin")), tables = lapply(T, answer), week16 = week16),
  "association.json", digits = 15, auto_unbox = TRUE, pretty = FALSE, null = "null", na = "null")
