"""Rules on general resources in training code."""
