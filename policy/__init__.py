"""Rules as data, and the decision they make."""
