"""The door for machines: segments, their members and changes, runs, and the words that rules are made of."""
