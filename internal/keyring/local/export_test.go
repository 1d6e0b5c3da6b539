package local

// Cheaply lets a test seal with passphrases without a second's work for each.
func Cheaply(cleanup func(func())) {
	old := scryptWork
	scryptWork = 4
	cleanup(func() { scryptWork = old })
}
