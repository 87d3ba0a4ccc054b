"""What partners' people say back: that a fact about them is wrong, and what they think of segments and programmes."""
