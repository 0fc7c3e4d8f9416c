# Makes randomization.json: balance, guesses by convergence and chronological bias of all lists of a procedure, and the arm
# that minimization prefers. Run here, with the R files of randomizeR 3.0.2 and Minirand 0.1.3 (from CRAN) in the folder that
# RSOURCES names: Rscript randomization.R > randomization.json
library(methods)
folder <- Sys.getenv("RSOURCES")
described <- read.dcf(file.path(folder, "randomizeR/DESCRIPTION"))[1, ]
for (file in gsub("'", "", strsplit(trimws(described["Collate"]), "\\s+")[[1]]))
  try(source(file.path(folder, "randomizeR/R", file)), silent = TRUE) # survival and group-sequential parts ask for more
source(file.path(folder, "Minirand/R/Minirand.R"))

number <- function(x) trimws(formatC(x, digits = 15, format = "g"))
listed <- function(x) paste0("[", paste(x, collapse = ", "), "]")
# What assess() does for method "exact", but with the whole series: it cuts it where up to 2e-4 of the answer is left out.
rejects <- function(ncp, alpha) {
  if (ncp[["nA"]] == 0 || ncp[["nB"]] == 0) return(0)
  df <- ncp[["N"]] - 2; limit <- qt(1 - alpha / 2, df)
  below <- function(x) doublyT(x, df, ncp[["lambda1"]], ncp[["lambda2"]], 0, 200)
  below(-limit) + 1 - below(limit)
}
procedures <- list(
  list("simple", crPar(8)), list("blocks 4", pbrPar(c(4, 4))), list("blocks 8", pbrPar(8)), list("big stick 2", bsdPar(8, 2)),
  list("big stick 1", bsdPar(7, 1)), list("maximal 2", mpPar(8, 2)), list("maximal 3", mpPar(8, 3)))
assessed <- sapply(procedures, function(p) {
  lists <- getAllSeq(p[[2]]); chances <- getProb(lists); n <- lists@N
  expect <- function(issue) sum(chances * getStat(lists, issue)[, 1])
  rates <- sapply(list(chronBias("linT", 1, "exact"), chronBias("stepT", 1.5, "exact", saltus = 3), chronBias("logT", 1, "exact", alpha = 0.1)),
    function(bias) sum(chances * apply(genNcps(lists, bias, normEndp(c(0, 0), c(1, 1))), 1, rejects, bias@alpha)))
  paste0('{"procedure": "', p[[1]], '", "places": ', n, ', "lists": ', nrow(lists@M), ', "correct": ', number(expect(corGuess("CS"))),
    ', "imbalance": ', number(expect(imbal("absImb"))), ', "loss": ', number(expect(imbal("loss"))), ', "error_rates": ', listed(number(rates)), "}")
})

set.seed(2026)
cases <- character()
for (method in c("Range", "Var", "SD")) for (ratio in list(c(1, 1), c(2, 1), c(1, 2, 3))) for (repeated in 1:6) {
  arms <- length(ratio); n <- 20 + repeated; weights <- c(1, 2)
  covariates <- cbind(sample(1:2, n, TRUE), sample(1:3, n, TRUE)); result <- sample(seq_len(arms), n, TRUE, ratio)
  # With p = 1 the preferred arm is drawn, or one of those that tie.
  preferred <- sort(unique(replicate(60, Minirand(covariates, n, weights, ratio, arms, seq_len(arms), method, result, 1))))
  cases <- c(cases, paste0('{"method": "', method, '", "ratio": ', listed(ratio), ', "covariates": ', listed(apply(covariates, 1, listed)),
    ', "arms": ', listed(result[-n]), ', "preferred": ', listed(preferred), "}"))
}
cat('{"made_by": "randomization.R", "versions": {"R": "', R.version.string, '", "randomizeR": "', described["Version"], '", "Minirand": "',
  read.dcf(file.path(folder, "Minirand/DESCRIPTION"), "Version")[1], '"},\n"assessed": [\n', paste(assessed, collapse = ",\n"), '\n],\n"minimized": [\n', paste(cases, collapse = ",\n"), "\n]}\n", sep = "")
