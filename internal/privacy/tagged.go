package privacy

import "github.com/safeconduct/safeconduct/internal/privacy/tagger"

// Listed is what the lists of names say of a word: for package tagger.
func Listed(word []byte) (l tagger.Listed) {
	roles := gazetteer().get(readWord(window{word, 0, len(word)}, 0).key).has()
	if roles&asGiven != 0 {
		l |= tagger.Given
	}
	if roles&asFamily != 0 {
		l |= tagger.Family
	}
	if roles&asCommon != 0 {
		l |= tagger.Ordinary
	}
	return l
}
