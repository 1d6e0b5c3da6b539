package lines

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

func runJob(t *testing.T, j Job, in string) (string, Sum) {
	t.Helper()
	var out bytes.Buffer
	sum, err := j.Run(strings.NewReader(in), &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), sum
}

func demo(t *testing.T, key *Key) *privacy.Rewriter {
	t.Helper()
	policy, err := privacy.Compile(privacy.Policy{Preset: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := policy.Rewriter(key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOffsetsCountCodePointsAndIdsStayAsTheyAre(t *testing.T) {
	out, sum := runJob(t, Job{Format: "jsonl"}, `{"id": {"a": 1}, "text": "äöü 😀 jane@example.test"}`+"\n\n")
	if want := `{"id":{"a":1},"spans":[{"start":6,"end":23,"type":"EMAIL","score":0.99}]}` + "\n"; out != want {
		t.Errorf("got  %s\nwant %s", out, want)
	}
	if sum != (Sum{Texts: 1, Spans: 1}) {
		t.Errorf("sum %+v", sum)
	}
}

func TestAnAccountLearnsWhichNamesAreWords(t *testing.T) {
	var in strings.Builder
	for i := range 200 {
		fmt.Fprintf(&in, "{\"id\": %d, \"text\": \"The Koch is here, Reinbacher is not.\"}\n", i%2)
		if i > 20 {
			in.WriteString("{\"id\": 1, \"text\": \"The Koch is new.\"}\n")
		}
	}
	account, err := ReadDirectory(strings.NewReader(`{"first": "Anna", "last": "Koch"}` + "\n" + `{"name": "Peer Zwyx", "email": "peer@example.test"}`))
	if err != nil {
		t.Fatal(err)
	}
	in.WriteString(`{"id": "last", "text": "Ask Zwyx, or Anna Koch."}` + "\n")
	out, _ := runJob(t, Job{Format: "jsonl", Account: account}, in.String())
	if strings.Contains(strings.Split(out, "\n")[30], "PERSON") {
		t.Errorf("Koch is a person in %s", strings.Split(out, "\n")[30])
	}
	if want := `{"id":"last","spans":[{"start":4,"end":8,"type":"PERSON","score":0.99},{"start":13,"end":22,"type":"PERSON","score":0.99}]}`; !strings.Contains(out, want) {
		t.Errorf("the last line is not %s", want)
	}
}

func TestARewrittenLineKeepsNoRecord(t *testing.T) {
	in := `{"id": 1, "text": "Jane Doe called", "record": [{"first": "Jane", "last": "Doe"}]}`
	key := &Key{bytes.Repeat([]byte{7}, 32)}
	out, sum := runJob(t, Job{Format: "jsonl", Rewriter: demo(t, key)}, in)
	if !strings.HasPrefix(out, `{"id":1,"text":"Person `) || strings.Contains(out, "Doe") || sum.Spans != 1 || sum.Left != 0 {
		t.Errorf("got %s, %+v", out, sum)
	}
	again, _ := runJob(t, Job{Format: "jsonl", Rewriter: demo(t, key)}, in)
	other, _ := runJob(t, Job{Format: "jsonl", Rewriter: demo(t, NewKey())}, in)
	if out != again || out == other {
		t.Errorf("%s, %s with the same key, %s with another", out, again, other)
	}
}

func TestCSVKeepsItsShape(t *testing.T) {
	in := "mail,n\n\"a@example.test, b\",\"1\n2\"\n"
	out, _ := runJob(t, Job{Format: "csv", Rewriter: demo(t, NewKey())}, in)
	if want := "mail,n\n\"masked@masked.invalid, b\",\"1\n2\"\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
	out, _ = runJob(t, Job{Format: "csv"}, in)
	if want := `{"row":2,"column":1,"spans":[{"start":0,"end":14,"type":"EMAIL","score":0.99}]}` + "\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestWhatIsNoLineIsNamedByItsNumberOnly(t *testing.T) {
	for _, j := range []Job{{Format: "jsonl"}, {Format: "csv"}} {
		_, err := j.Run(strings.NewReader("{\"id\":1,\"text\":\"\"}\n\"jane@example.test\n"), &bytes.Buffer{})
		if err == nil || strings.Contains(err.Error(), "jane") || !strings.Contains(err.Error(), "2") && j.Format == "jsonl" {
			t.Errorf("%s: %v", j.Format, err)
		}
	}
	if got := fmt.Sprintf("%v %+v %#v %s", NewKey(), NewKey(), NewKey(), struct{ k *Key }{NewKey()}.k); strings.Count(got, "redacted") != 4 {
		t.Errorf("a key prints %s", got)
	}
}
