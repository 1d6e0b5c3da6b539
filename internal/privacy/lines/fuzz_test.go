package lines

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLinesAreAnsweredInsideTheirText: whatever a file holds, a job ends without a
// panic, and what it answers lies inside the text it answers.
func FuzzLinesAreAnsweredInsideTheirText(f *testing.F) {
	f.Add("jsonl", `{"id":1,"text":"Hi Jane, mail jane@example.test","record":[{"first":"Jane","last":"Doe"}]}`)
	f.Add("jsonl", "{\"id\":\"\\ud800\",\"text\":\"\\ud83d\\ude00 \xff jane@example.test\"}\n\n{}")
	f.Add("csv", "a,\"b\nc\"\n\"jane@example.test\",1\n")
	f.Add("text", "\xff\xfe Tel. 030 1234567")
	f.Fuzz(func(t *testing.T, format, in string) {
		account, err := ReadDirectory(strings.NewReader(`{"first":"Jane","last":"Koch","org":"Koch & Co","email":"jane@intranet"}`))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if _, err := (Job{Format: format, Account: account}).Run(strings.NewReader(in), &out); err != nil || format != "jsonl" {
			return
		}
		answers := json.NewDecoder(&out)
		for text := range strings.Lines(in) {
			var l line
			if json.Unmarshal([]byte(text), &l) != nil {
				continue
			}
			var a answer
			if err := answers.Decode(&a); err != nil {
				t.Fatalf("no answer to %q: %v", text, err)
			}
			at := 0
			for _, s := range a.Spans {
				if s.Start < at || s.End <= s.Start || s.End > utf8.RuneCountInString(l.Text) {
					t.Fatalf("%+v after %d in %q", s, at, l.Text)
				}
				at = s.End
			}
		}
	})
}
