package privacy

import (
	"strings"
	"testing"
)

// corpus is text as tickets have it: the shared tickets where they are, else the
// examples of the recognizers.
func corpus(b testing.TB) []byte {
	var all strings.Builder
	for _, s := range samples(b, tickets) {
		all.WriteString(s.Text)
		all.WriteByte('\n')
	}
	return []byte(all.String())
}

func BenchmarkDetect(b *testing.B) {
	text, spans := corpus(b), []Span(nil)
	people := team()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		spans = Detect(spans[:0], text, people)
	}
}

func BenchmarkDetectAndRewrite(b *testing.B) {
	text, spans, out := corpus(b), []Span(nil), []byte(nil)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		spans = Detect(spans[:0], text, nil)
		out = Rewrite(out[:0], text, spans, brackets)
	}
}

func brackets(dst []byte, _ Span, _ []byte) []byte { return append(dst, removed...) }

func TestDetectAndRewriteAllocateNothingOnceWarm(t *testing.T) {
	text := []byte(strings.Join(examples(), "\n"))
	people := team()
	var spans []Span
	var out []byte
	run := func() {
		spans = Detect(spans[:0], text, people)
		out = Rewrite(out[:0], text, spans, brackets)
	}
	run()
	if n := testing.AllocsPerRun(10, run); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
	if len(spans) < 50 {
		t.Errorf("only %d spans: the text shows nothing", len(spans))
	}
}

func BenchmarkNobody(b *testing.B) {
	text, spans := corpus(b), []Span(nil)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		spans = Detect(spans[:0], text, nil)
	}
}

// BenchmarkSurrogates is what reading costs beside surrogates, which nothing is read into.
func BenchmarkSurrogates(b *testing.B) {
	text, spans, c := corpus(b), []Span(nil), compile(b, surrogating)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		spans = c.Detect(spans[:0], text, nil)
	}
}

// BenchmarkRules is Detect with five rules of a customer's own.
func BenchmarkRules(b *testing.B) {
	text, spans, c := corpus(b), []Span(nil), compile(b, ruled)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		spans = c.Detect(spans[:0], text, nil)
	}
}
