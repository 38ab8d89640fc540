"""Where credentials are looked for as long as nothing says otherwise."""

STEPS = ("explicit", "env", "vault", "cli-sync", "oauth", "chain", "none")
"""Words of `registry/vocabulary/credentials.yaml`, first hit wins: those of the native dialect that need nothing said of them."""
