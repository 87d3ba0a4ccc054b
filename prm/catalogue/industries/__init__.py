"""Three templates for each of ten industries."""
