"""What a shift has to do, by room, on the screen and on paper."""
