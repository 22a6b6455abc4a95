"""Order, retries, clock: the only room that sees every other."""
