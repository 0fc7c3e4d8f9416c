# p-values of every split of the missing subjects, by base R. Run: Rscript responder_tipping.R
suppressMessages(library(jsonlite))
trials <- list(c(x1 = 30, n1 = 40, missing1 = 7, x2 = 21, n2 = 42, missing2 = 6), c(5, 5, 2, 0, 4, 3), c(0, 0, 3, 2, 6, 0))
one <- function(t) {
  t <- unname(t); cells <- expand.grid(j = 0:t[6], i = 0:t[3])
  tables <- lapply(seq_len(nrow(cells)), function(k) {
    a <- t[1] + cells$i[k]; b <- t[4] + cells$j[k]; matrix(c(a, t[2] + t[3] - a, b, t[5] + t[6] - b), 2)
  })
  shape <- function(x) unname(matrix(x, ncol = t[6] + 1, byrow = TRUE))
  list(counts = t, fisher = shape(sapply(tables, function(m) fisher.test(m)$p.value)),
       pearson = shape(sapply(tables, function(m) suppressWarnings(chisq.test(m, correct = FALSE)$p.value))))
}
write_json(list(made_by = "responder_tipping.R", date = "2026-11-25", versions = list(R = R.version.string), trials = lapply(trials, one)),
  "responder_tipping.json", digits = 15, auto_unbox = TRUE, na = "null")
