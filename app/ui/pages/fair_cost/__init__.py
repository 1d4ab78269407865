"""Where £70 comes from: the staffing calculation with its inputs to change."""
