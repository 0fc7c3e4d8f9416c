# Imputations of three measures with gaps by chained Bayesian regressions (mice, method "norm"), whose stationary
# distribution is that of the joint normal model. Run: Rscript joint-normal.R
suppressMessages({library(mice); library(jsonlite)})
set.seed(31); n <- 60; arm <- rep(0:1, length.out = n); m <- 1000
L <- chol(matrix(c(1, .6, .4, .6, 1, .7, .4, .7, 1), 3)); y <- matrix(rnorm(3 * n), n) %*% L + outer(arm, c(.2, .8, 1.2))
gone <- matrix(FALSE, n, 3); gone[, 3] <- y[, 1] > quantile(y[, 1], .75); gone[, 2] <- gone[, 3] & runif(n) < .5; gone[sample(n, 6), 1] <- TRUE
gone[rowSums(gone) == 3, 1] <- FALSE; y <- round(y, 3); d <- data.frame(y, arm = arm); d[, 1:3][gone] <- NA
imp <- mice(d, m = m, maxit = 10, method = c("norm", "norm", "norm", ""), printFlag = FALSE, seed = 5)
cells <- do.call(rbind, lapply(1:3, function(k) data.frame(subject = as.integer(rownames(imp$imp[[k]])) - 1, variable = k - 1, mean = rowMeans(imp$imp[[k]]), sd = apply(imp$imp[[k]], 1, sd))))
write_json(list(made_by = "joint-normal.R", date = as.character(Sys.Date()), versions = list(R = R.version.string, mice = as.character(packageVersion("mice"))), imputations = m, arm = arm, values = as.matrix(d[, 1:3]), cells = as.list(cells)), "joint-normal.json", digits = 14, auto_unbox = TRUE, na = "null")
