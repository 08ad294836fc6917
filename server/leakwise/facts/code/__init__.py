"""What the code says without being run: names, definitions, what they stand for, who calls whom."""
