"""Believable demo data: a vendor with its channel. Generators are pure; loading goes through the product's own verbs."""
