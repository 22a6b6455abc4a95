"""Speed as ratios: each figure against its floor or its peer in the same run of `make bench`."""
