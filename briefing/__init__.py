"""Rows to document."""
