"""Joint business plans: what a partner and the vendor want to reach together, how far it is, and what they said of it."""
