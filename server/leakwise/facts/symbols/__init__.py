"""What lies outside the file: user modules and installed packages, through a process of its own."""
