"""Which prospects are like the best partners: the ideal profile, and how well each fits it."""
