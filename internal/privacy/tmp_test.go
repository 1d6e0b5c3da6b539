package privacy

import (
	"fmt"
	"testing"
)

func TestTmp(t *testing.T) {
	gold := map[string]Kind{"EMAIL_ADDRESS": Email, "PHONE_NUMBER": Phone, "IBAN": IBAN, "IBAN_CODE": IBAN, "CREDIT_CARD": Card}
	for _, f := range []string{"presidio_synth_v2.dev", "paed_format.dev", "paed_technology.dev"} {
		sc := map[Kind]*score{Email: {}, Phone: {}, IBAN: {}, Card: {}}
		for _, s := range samples(t, "data/pii/"+f+".jsonl.gz") {
			spans := inRunes(s.Text, Detect(nil, []byte(s.Text), nil))
			r := []rune(s.Text)
			for _, m := range s.Spans {
				if k, ok := gold[m.Type]; ok {
					h := overlaps(m, k, spans)
					sc[k].mention(h)
					if !h {
						fmt.Printf("MISS %s %s %q\n", f, k, string(r[max(0, m.Start-40):m.End]))
					}
				}
			}
			for _, p := range spans {
				hit := ""
				for _, m := range s.Spans {
					if m.Start < p.End && p.Start < m.End {
						hit = m.Type
					}
				}
				sc[p.Kind].prediction(gold[hit] == p.Kind)
				if gold[hit] != p.Kind {
					fmt.Printf("FP %s %s is %s %q %q\n", f, p.Kind, hit, string(r[max(0, p.Start-40):p.Start]), string(r[p.Start:p.End]))
				}
			}
		}
		for k, s := range sc {
			fmt.Printf("SUM %s %-6s precision %.4f recall %.4f F1 %.4f of %d\n", f, k, s.precision(), s.recall(), s.f1(), s.mentions)
		}
	}
}
