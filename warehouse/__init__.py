"""The one place with SQL, files and collect."""
