"""The pages of the guided set-up: one for each step."""
