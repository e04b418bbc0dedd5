"""The pages at /r/<token>: a chart drawn and read for the phone, by a link that carries the request itself."""
