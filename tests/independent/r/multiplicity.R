# Adjusted p-values: p.adjust and graphicalMCP. Writes multiplicity.json beside itself.
# Rscript multiplicity.R
library(jsonlite)
library(graphicalMCP)
set.seed(20261125)

p_values <- list(
  c(0.0008, 0.0062, 0.011, 0.027, 0.034, 0.2, 0.51), c(0.01, 0.02, 0.03, 0.04), c(0.03, 0.03, 0.03), c(0, 0.5, 1),
  c(1, 1, 1, 1), c(0.04), c(0.021, 0.019), c(0.049, 0.001, 0.013, 0.013, 0.2), runif(8) / 4, runif(12)^3, runif(30)^2
)
stepwise <- lapply(p_values, function(p) list(
  p = I(p), bonferroni = I(p.adjust(p, "bonferroni")), holm = I(p.adjust(p, "holm")),
  hochberg = I(p.adjust(p, "hochberg")), hommel = I(p.adjust(p, "hommel"))
))

shortcut <- function(graph, p) {
  answer <- graph_test_shortcut(graph, p, alpha = 1, verbose = TRUE)
  list(
    weights = I(unname(graph$hypotheses)), transitions = unname(graph$transitions), p = I(p),
    adjusted = I(unname(answer$outputs$adjusted_p)),
    taken = I(match(answer$details$del_seq, names(graph$hypotheses)))
  )
}
named <- list(
  simple_successive_1 = simple_successive_1(), simple_successive_2 = simple_successive_2(), huque = huque_etal(),
  two_doses = two_doses_two_primary_two_secondary(), three_doses = three_doses_two_primary_two_secondary(),
  holm = bonferroni_holm(4), weighted_holm = bonferroni_holm_weighted(c(0.4, 0.3, 0.2, 0.1)),
  fixed = fixed_sequence(4), fallback = fallback(c(0.4, 0.3, 0.2, 0.1)),
  improved = fallback_improved_1(c(0.4, 0.3, 0.2, 0.1)),
  random_4 = random_graph(4), random_5 = random_graph(5), random_6 = random_graph(6), random_7 = random_graph(7)
)
graphs <- lapply(named, function(graph) {
  m <- length(graph$hypotheses)
  lapply(1:6, function(i) shortcut(graph, round(runif(m)^(1 + i), 6) / 4))
})
graphs$published <- list(shortcut(simple_successive_1(), c(0.01, 0.005, 0.015, 0.022)))

write_json(
  list(
    made_by = "multiplicity.R", date = format(Sys.Date()),
    versions = list(R = as.character(getRversion()), graphicalMCP = as.character(packageVersion("graphicalMCP"))),
    stepwise = stepwise, graphs = graphs
  ),
  "multiplicity.json", digits = 16, auto_unbox = TRUE
)
