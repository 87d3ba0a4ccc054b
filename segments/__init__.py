"""Which of them: the rule language, its one interpreter, membership, runs and the change ledger."""
