package sample_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// bare are the classes that hold no needle, see Canaries.
func bare(f helpdesk.Field) bool {
	switch f.Class {
	case helpdesk.ClassLabel, helpdesk.ClassTime, helpdesk.ClassFlag, helpdesk.ClassSize, helpdesk.ClassDigest:
		return true
	}
	return f.Name == "definition.title" || f.Refers == helpdesk.KindGroup || f.Refers == helpdesk.KindDefinition
}

func TestEveryFieldHoldsACanary(t *testing.T) {
	records, _, needles := sample.Canaries()
	planted := map[string]bool{}
	for _, r := range records {
		for v := range r.Values() {
			text := strings.Join(v.Strings(), " ")
			if holds(text, needles) {
				planted[v.Field.Name] = true
			} else if !v.Empty() && !bare(v.Field) {
				t.Errorf("%s of %s holds no needle", v.Path(), r.Kind)
			}
			if bare(v.Field) && holds(text, needles) {
				t.Errorf("%s must not hold a needle", v.Name())
			}
		}
	}
	for _, k := range helpdesk.Kinds() {
		for _, f := range helpdesk.Fields(k) {
			if !planted[f.Name] && !bare(f) {
				t.Errorf("no record holds a needle in %s", f.Name)
			}
		}
	}
}

func holds(text string, needles []string) bool {
	for _, n := range needles {
		if strings.Contains(text, n) {
			return true
		}
	}
	return false
}

func TestNeedlesAreDistinctAndPlanted(t *testing.T) {
	records, blobs, needles := sample.Canaries()
	everything, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	text := string(everything)
	for _, b := range blobs {
		text += string(b)
	}
	for i, n := range needles {
		if !strings.Contains(text, n) || sample.Origin(n) == "" {
			t.Errorf("needle %s is not planted", n)
		}
		for j, m := range needles {
			if i != j && strings.Contains(strings.ToLower(n), strings.ToLower(m)) {
				t.Errorf("needle %s contains needle %s", n, m)
			}
		}
	}
	for _, r := range records {
		for _, k := range []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket, helpdesk.KindOrganization, helpdesk.KindArticle} {
			if r.Kind == k && !holds(r.Key, needles) {
				t.Errorf("key of a %s holds no needle", k)
			}
		}
	}
}

func TestCanariesAreASoundAccount(t *testing.T) {
	records, blobs, _ := sample.Canaries()
	known := map[helpdesk.Kind]map[string]bool{}
	for _, r := range records {
		if known[r.Kind] == nil {
			known[r.Kind] = map[string]bool{}
		}
		known[r.Kind][r.Key] = true
		for v := range r.Values() {
			for _, key := range v.Strings() {
				if to := v.Field.Refers; to != "" && to != r.Kind && !known[to][key] {
					t.Errorf("%s refers to nothing", v.Path())
				}
			}
		}
		for _, c := range ticketOf(r).Comments {
			for _, a := range c.Attachments {
				if int(a.Size) != len(blobs[a.Locator]) || a.Size == 0 {
					t.Errorf("%s has no bytes behind its locator", a.Key)
				}
			}
		}
	}
	if _, err := (sample.Account{Records: records, Files: blobs}).Export(); err != nil {
		t.Error(err)
	}
}

func ticketOf(r helpdesk.Record) helpdesk.Ticket {
	if r.Ticket == nil {
		return helpdesk.Ticket{}
	}
	return *r.Ticket
}

func TestFormsFindALeakInAnySpelling(t *testing.T) {
	for _, needle := range []string{"Zyqtolamiru", "4000001234567899", "jörg <x>"} {
		for _, before := range []string{"", "a", "ab", "abc"} {
			text := before + needle + "!?"
			quoted, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			leaks := []string{text, strings.ToUpper(text), string(quoted), base64.StdEncoding.EncodeToString([]byte(text)),
				base64.RawURLEncoding.EncodeToString([]byte(text)), hex.EncodeToString([]byte(text)), url.QueryEscape(text),
				fmt.Sprint([]byte(text)), fmt.Sprintf("%x", text), fmt.Sprintf("% x", text), fmt.Sprintf("%#v", []byte(text)), fmt.Sprintf("%q", text)}
			for _, leak := range leaks {
				if !holds(leak, sample.Forms(needle)) {
					t.Errorf("no form of %q is in %q", needle, leak)
				}
			}
		}
	}
}
