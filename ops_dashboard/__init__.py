"""Operations: health, metrics, and what staff see of both. Nothing imports this app."""
