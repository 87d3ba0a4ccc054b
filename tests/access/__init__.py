"""Who may open what: every address × every kind of person."""
