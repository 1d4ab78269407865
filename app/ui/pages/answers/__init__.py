"""What the CCG answered, what a later correction asks for, and where the CCG and the rules disagree."""
