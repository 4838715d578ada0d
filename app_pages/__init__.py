"""One file a screen: cards and layers put together."""
