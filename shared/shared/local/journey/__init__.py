"""One journey of real people through the whole platform, over HTTP and through the gateway: `make demo`."""
