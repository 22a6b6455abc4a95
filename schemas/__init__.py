"""What every table is: the one declaration that all rooms share."""
