// Package keyringtest holds what every keyring promises, whatever its rows and
// its wrapping key are. An adapter of [keyring.Rows] runs [Rows], one of the
// wrapping key runs [Key], and a runtime runs [Ring] over the two that it joins.
package keyringtest
