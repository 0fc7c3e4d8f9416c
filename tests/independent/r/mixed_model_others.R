# Compound symmetry and AR(1) by nlme::gls, and compound symmetry as a random intercept by
# lmerTest: other software than mmrm, on data that mixed_model.R wrote. Run: Rscript mixed_model_others.R, in this folder.
suppressMessages({library(nlme); library(lme4); library(lmerTest); library(jsonlite)})

read_long <- function(name) {
  wide <- read.csv(file.path("mixed_model", paste0(name, ".csv"))); visits <- grep("^y", names(wide))
  long <- do.call(rbind, lapply(seq_along(visits), function(k) data.frame(subject = seq_len(nrow(wide)), arm = wide$arm,
    severity = factor(wide$factor), base = wide$base, visit = k, y = wide[[visits[k]]])))
  long <- long[!is.na(long$y), ]; long <- long[order(long$subject, long$visit), ]; long$week <- factor(long$visit); long
}
structures <- list(
  cs = corCompSymm(form = ~ visit | subject), ar1 = corAR1(form = ~ visit | subject))
fits <- list(); intercepts <- list()
for (name in c("proderm", "heavy", "grouped")) {
  d <- read_long(name)
  for (s in names(structures)) {
    f <- gls(y ~ base + severity + arm * week, d, correlation = structures[[s]],
      method = "REML", control = glsControl(tolerance = 1e-12, msTol = 1e-13, msMaxIter = 1000, maxIter = 1000, opt = "nlminb"))
    fits[[length(fits) + 1]] <- list(design = name, structure = s, minus2 = -2 * as.numeric(logLik(f)), coefficients = unname(coef(f)), se = unname(sqrt(diag(vcov(f)))))
  }
  f <- lmer(y ~ base + severity + arm * week + (1 | subject), d, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))
  t <- coef(summary(f, ddf = "Satterthwaite"))
  intercepts[[length(intercepts) + 1]] <- list(design = name, minus2 = as.numeric(REMLcrit(f)), coefficients = unname(t[, 1]), se = unname(t[, 2]), df = unname(t[, 3]))
}
versions <- sapply(c("nlme", "lme4", "lmerTest"), function(p) as.character(packageVersion(p)))
write_json(list(made_by = "mixed_model_others.R", date = format(Sys.Date()), versions = c(list(R = R.version.string), as.list(versions)),
  gls = fits, random_intercept = intercepts), "mixed_model_others.json", digits = NA, auto_unbox = TRUE, pretty = FALSE)
