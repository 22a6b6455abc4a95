"""Pure numerics on arrays; knows no table, date or setting."""
