"""监管 Risk classes, random inspections, joint measures, leads."""
