# Times R's mmrm with least-squares means on the data in a CSV file: Rscript mixed_model.R <file> <repeats>.
suppressMessages({library(mmrm); library(emmeans)}); options(warn = -1)
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[1]); for (name in c("subject", "arm", "week", "severity")) d[[name]] <- factor(d[[name]])
fit <- function() { f <- mmrm(y ~ base + severity + arm * week + us(week | subject), d, method = "Kenward-Roger")
  e <- emmeans(f, ~ arm | week); c(as.data.frame(e)$emmean, as.data.frame(contrast(e, "revpairwise"))$df) }
last <- fit(); seconds <- sapply(seq_len(as.integer(arguments[2])), function(k) system.time(fit())[[3]])
cat(median(seconds), last)
