"""SQL of the portal: the read model, tokens and mail."""
