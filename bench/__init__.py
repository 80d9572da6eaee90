"""What `make bench` runs: the figures that a closing note quotes, measured anew."""
