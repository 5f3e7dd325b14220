"""Applications on independent Python libraries. Each is a program; the driver plays its browser and web server."""
