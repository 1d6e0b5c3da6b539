package workflow

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/theory/jsonpath"
	"pgregory.net/rapid"
)

// TestPathsFindWhatRFC9535Finds compares with an independent implementation, on
// paths and documents that fit each other often enough to find something.
func TestPathsFindWhatRFC9535Finds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := "$" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			".a", ".b", ".a-b", "['a']", `["b c"]`, "[0]", "[1]", "[2]", "[*]", ".*", "[0:2]", "[1:]", "[:1]", "[:]", "[5:2]",
		}), 0, 5).Draw(t, "steps"), "")
		document := drawDocument(t, 4)
		p, err := parsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		oracle := jsonpath.MustParse(strings.ReplaceAll(text, ".a-b", "['a-b']")) // a name that only AWS takes bare
		got, want := p.find(document), []any(oracle.Select(document))
		if len(got)+len(want) > 0 && !sameNodes(got, want, p.many) {
			t.Errorf("%s in %s\ngot  %s\nwant %s", text, encode(document), encode(got), encode(want))
		}
	})
}

// sameNodes compares as a multiset where objects may be visited in any order.
func sameNodes(got, want []any, anyOrder bool) bool {
	if !anyOrder {
		return equal(got, want)
	}
	counts := map[string]int{}
	for _, v := range got {
		counts[string(encode(v))]++
	}
	for _, v := range want {
		counts[string(encode(v))]--
	}
	for _, n := range counts {
		if n != 0 {
			return false
		}
	}
	return true
}

func drawDocument(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	switch {
	case depth > 0 && kind < 3:
		o := map[string]any{}
		for _, name := range []string{"a", "b", "a-b", "b c"} {
			if rapid.Bool().Draw(t, "has") {
				o[name] = drawDocument(t, depth-1)
			}
		}
		return o
	case depth > 0 && kind < 5:
		a := []any{}
		for range rapid.IntRange(0, 4).Draw(t, "length") {
			a = append(a, drawDocument(t, depth-1))
		}
		return a
	}
	return rapid.SampledFrom([]any{nil, true, "text", number(7)}).Draw(t, "leaf")
}

// TestSetThenFind: what a path sets it finds, and the rest stays as it was.
func TestSetThenFind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := "$" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{".a", ".b", "['b c']", "[0]", "[1]"}), 1, 4).Draw(t, "steps"), "")
		document := drawDocument(t, 3)
		before := string(encode(document))
		p, err := parsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		changed, ok := p.set(document, "new")
		if after := string(encode(document)); after != before {
			t.Fatalf("%s changed its input\nfrom %s\nto   %s", text, before, after)
		}
		if !ok {
			return
		}
		if found := p.find(changed); len(found) != 1 || found[0] != "new" {
			t.Errorf("%s set in %s gives %s", text, before, encode(changed))
		}
	})
}

// TestResultPathsThatLeadNowhere lists what cannot be set.
func TestResultPathsThatLeadNowhere(t *testing.T) {
	for _, c := range []struct{ path, document string }{
		{"$.a", `3`}, {"$.a", `[1]`}, {"$.a.b", `{"a":3}`}, {"$.a[0]", `{}`}, {"$.a[1]", `{"a":[0]}`}, {"$.a[0].b", `{"a":[null]}`},
	} {
		p, err := parsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		document, _ := decode([]byte(c.document))
		if changed, ok := p.set(document, 1); ok {
			t.Errorf("%s in %s gives %v", c.path, c.document, changed)
		}
	}
}

// TestPathsThatAreNotTaken: what AWS may know is refused, what nobody knows is invalid.
func TestPathsThatAreNotTaken(t *testing.T) {
	for text, feature := range map[string]string{
		"$..a":            "descendant",
		"$.a..b":          "descendant",
		"$.a[?(@.b==1)]":  "filter",
		"$[(@.length-1)]": "filter",
		"$['a','b']":      "union",
		"$[0,1]":          "union",
		"$[-1]":           "from the end",
		"$[-2:]":          "from the end",
		"$[0:4:2]":        "with a step",
		"$.a.(b)":         "function",
		"$variable.a":     "variable",
		`$['it\'s']`:      "escaped",
		`$['a\\b']`:       "escaped",
	} {
		_, err := parsePath(text)
		var r *Refused
		if !errors.As(err, &r) || !strings.Contains(r.Feature, feature) {
			t.Errorf("%s: %v, want %q refused", text, err, feature)
		}
	}
	for _, text := range []string{"", "a", ".a", "$.", "$.a.", "$[", "$[]", "$[a]", "$['a'", "$['a]", "$[01]", "$[1", "$[1:b]", "$.a b", "$[99999999999999999999]"} {
		_, err := parsePath(text)
		var i *Invalid
		if !errors.As(err, &i) {
			t.Errorf("%q: %v, want it invalid", text, err)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{"$", "$$.a", "$.a['b'][0][*][1:2]", `$["x"]`, "$.a..b", "$[?(@.x)]", "$['\\'"} {
		f.Add(seed, `{"a":{"b":[[1,2]]}}`)
	}
	f.Fuzz(func(t *testing.T, text, document string) {
		p, err := parsePath(text)
		if err != nil {
			var i *Invalid
			var r *Refused
			if !errors.As(err, &i) && !errors.As(err, &r) {
				t.Fatalf("%T", err)
			}
			return
		}
		v, err := decode([]byte(document))
		if err != nil {
			return
		}
		_ = fmt.Sprint(p.find(v))
		if p.isReference() && !p.context {
			p.set(v, "new")
		}
	})
}
