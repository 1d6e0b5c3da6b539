package evidence

import "testing"

func TestTheReportExplainsEveryOperatorThatOccurs(t *testing.T) {
	for _, op := range []string{"drop", "mask", "redact", "generalize", "shift", "pseudonymize", "surrogate"} {
		for _, lang := range []string{"en", "de"} {
			l, err := languageOf(lang)
			if err != nil {
				t.Fatal(err)
			}
			w := writer{l, Report{Rules: []Rule{{Rule: "text: card " + op, Count: 1}}}}
			if terms := w.operators(); len(terms) != 1 || terms[0].Name != op || len(terms[0].Meaning) < 20 {
				t.Errorf("%s in %s: %v", op, lang, terms)
			}
		}
	}
}
