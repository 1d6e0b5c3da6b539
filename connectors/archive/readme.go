package archive

// readme is the text of README.txt.
func readme() string { return warning + "\n" }
