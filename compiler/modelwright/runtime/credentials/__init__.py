"""Where a credential comes from: the order is data of the account, each kind of place is a file here. Nothing of this is imported before a credential is asked for."""
