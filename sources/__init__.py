"""Publishers to raw bytes to raw frames."""
