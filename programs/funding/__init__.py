"""Market development funds that are agreed on before they are spent: asked for, granted, spent, claimed with proof."""
