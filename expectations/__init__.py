"""Whether a table is fit to be read by the next layer; the verdicts are Great Expectations'."""
