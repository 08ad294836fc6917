"""What was found in files, kept from one check to the next."""
