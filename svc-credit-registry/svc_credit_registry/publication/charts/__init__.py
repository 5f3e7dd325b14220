"""Pictures of figures, as SVG that needs no script."""
