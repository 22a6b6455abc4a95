"""Is this table fit to be read by the next layer?"""
