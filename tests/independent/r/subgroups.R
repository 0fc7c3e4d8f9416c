# Makes subgroups.json: heterogeneity and qualitative interaction of subgroups. Run here, with the R files of QualInt 1.0.0
# (from CRAN) in the folder that RSOURCES names: Rscript subgroups.R
suppressMessages({library(metafor); library(jsonlite)})
sources <- Sys.getenv("RSOURCES"); source(file.path(sources, "QualInt/R/alpha.R")); source(file.path(sources, "QualInt/R/lrtout.R")); powerval <- function(...) NULL
effects <- list(list(c(12, 9.5, 2), c(3.1, 2.4, 4)), list(c(0.163, -0.114, -0.047, -0.151), c(0.0788, 0.0689, 0.0614, 0.0547)), list(c(-1.2, 0.8), c(0.5, 0.4)), list(c(1, 1, 1), c(2, 0.1, 5)), list(c(3, -2, 5, 0, 1, -4), c(1, 1.5, 2, 1, 0.7, 3)))
counts <- list(list(x1 = c(10, 20, 6), n1 = c(13, 27, 7), x2 = c(6, 13, 2), n2 = c(13, 28, 7)), list(x1 = c(0, 9), n1 = c(5, 20), x2 = c(3, 4), n2 = c(6, 25)), list(x1 = c(7, 30, 2, 1), n1 = c(7, 41, 3, 9), x2 = c(2, 12, 1, 8), n2 = c(8, 39, 5, 10)))
q <- function(fit) c(fit$QE, fit$k - 1, fit$QEp)
write_json(list(made_by = "subgroups.R", date = "2026-11-25", versions = list(R = R.version.string, metafor = as.character(packageVersion("metafor")), QualInt = read.dcf(file.path(sources, "QualInt/DESCRIPTION"), "Version")[[1]]),
  effects = lapply(effects, function(e) list(estimate = e[[1]], se = e[[2]], q = q(rma(e[[1]], sei = e[[2]], method = "FE")), gail_simon_p = lrtout(cbind(e[[1]], e[[2]]), length(e[[1]]), 0.05)$pvalue)),
  proportions = lapply(counts, function(k) c(k, list(q = q(rma(measure = "RD", ai = x1, n1i = n1, ci = x2, n2i = n2, data = as.data.frame(k), method = "FE", add = 0, to = "none")))))),
  "subgroups.json", digits = 14, auto_unbox = TRUE, pretty = TRUE)
