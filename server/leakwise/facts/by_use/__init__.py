"""What values and functions are, by what is done with them."""
