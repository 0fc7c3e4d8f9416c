# The lines of the program that made week16.json from week16.csv, which is simulated (R 4.2.2, emmeans 1.8.4.1; 2026-11-22).
suppressMessages({library(emmeans); library(jsonlite)})
d <- read.csv("week16.csv"); d$arm <- factor(d$arm, levels = c("PBO", "IVIG")); d$severity <- factor(d$severity)
m <- lm(y ~ base + severity + arm, d); ls <- as.data.frame(emmeans(m, ~ arm)); lw <- as.data.frame(emmeans(m, ~ arm, weights = "proportional"))
tt <- t.test(y ~ arm, d, var.equal = TRUE); tw <- t.test(y ~ arm, d)
cont <- list(ancova = list(estimate = unname(coef(m)["armIVIG"]), se = sqrt(vcov(m)["armIVIG", "armIVIG"]), df = m$df.residual, p = summary(m)$coef["armIVIG", 4], ci = as.numeric(confint(m)["armIVIG", ]), ls_means_equal = ls$emmean, ls_means_proportional = lw$emmean),
  t = list(p = tt$p.value, df = unname(tt$parameter), ci_pbo_minus_ivig = as.numeric(tt$conf.int)), welch = list(p = tw$p.value, df = unname(tw$parameter), ci_pbo_minus_ivig = as.numeric(tw$conf.int)))
write_json(c(list(made_by = "week16.R", date = "2026-11-22", versions = list(R = R.version.string, emmeans = as.character(packageVersion("emmeans")))), cont),
  "week16.json", digits = 14, auto_unbox = TRUE, pretty = TRUE)
