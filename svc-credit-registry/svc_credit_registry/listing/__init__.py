"""名录与修复 The lists, their clocks and ways out, credit repair."""
