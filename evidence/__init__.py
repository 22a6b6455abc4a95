"""What followed when a rule fired: the one room that looks forward, and feeds nothing back."""
