# Wrote visits.sas7bdat from the documentation's example on 2026-11-22 (R version 4.2.2 Patched (2022-11-10 r83330) with haven 2.5.1):
#   Rscript write_visits.R, in this folder.
library(haven)
visits <- read.csv("../../../docs/examples/visits.csv", colClasses = c(subject = "character", visit = "character"))
write_sas(visits, "visits.sas7bdat")
