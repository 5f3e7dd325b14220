"""What tests of every folder stand on: real servers, fresh databases, signed tokens, the whole platform."""
