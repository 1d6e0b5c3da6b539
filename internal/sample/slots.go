package sample

import "fmt"

// newSlots returns the kinds of facts that are made up rather than picked from a list.
func newSlots() map[string]func(*voice) string {
	return map[string]func(*voice) string{
		"order":    func(v *voice) string { return v.coded("SO-%06d", "B-%06d", 999_999) },
		"invoice":  func(v *voice) string { return v.coded("INV-%05d", "RE-%05d", 99_999) },
		"quote":    func(v *voice) string { return v.coded("Q-%05d", "AN-%05d", 99_999) },
		"customer": func(v *voice) string { return v.coded("K-%06d", "K-%06d", 999_999) },
		"contract": func(v *voice) string { return v.coded("V-2021-%04d", "V-2021-%04d", 9999) },
		"ticket":   func(v *voice) string { return v.coded("AC-2%05d", "AC-2%05d", 99_999) },
		"tracking": func(v *voice) string { return v.coded("PW%09d", "NK%09d", 999_999_999) },
		"amount":   func(v *voice) string { return v.money(v.dice.in(80_000, 2_400_000)) },
		"small":    func(v *voice) string { return v.money(v.dice.in(490, 48_000)) },
		"qty":      func(v *voice) string { return fmt.Sprint(v.dice.in(4, 48)) },
		"three":    func(v *voice) string { return fmt.Sprint(v.dice.in(100, 999)) },
		"days":     func(v *voice) string { return fmt.Sprint(v.dice.in(11, 29)) },
		"date":     func(v *voice) string { return v.date(v.now.AddDate(0, 0, v.dice.in(3, 16))) },
		"past":     func(v *voice) string { return v.date(v.now.AddDate(0, 0, -v.dice.in(2, 21))) },
		"time":     func(v *voice) string { return v.clock() },
		"serial": func(v *voice) string {
			return fmt.Sprintf("%c%02d-%06d", 'A'+v.dice.n(26), v.dice.n(100), v.dice.n(1e6))
		},
		"phone": func(v *voice) string { return phone(v.dice, v.lang) },
		"billing": func(v *voice) string {
			return map[string]string{"en": "accounts@", "de": "rechnung@"}[v.lang] + v.fact("domain")
		},
		"login":      func(v *voice) string { return login(v.phrase("person"), v.dice.in(1, 99)) },
		"oldmail":    func(v *voice) string { return mailbox(v.phrase("person")) + "@" + v.phrase("domain") },
		"personmail": func(v *voice) string { return mailbox(v.fact("person")) + "@" + v.fact("domain") },
		"personlast": func(v *voice) string { return v.phrase("surname") },
		"ibanend":    func(v *voice) string { iban := v.fact("iban"); return iban[len(iban)-3:] },
		"bom":        func(*voice) string { return "\uFEFF" },
		"jaegernfc":  func(*voice) string { return "Cornelius J\u00e4ger" },
		"jaegernfd":  func(*voice) string { return "Cornelius Ja\u0308ger" },
		"agentgroup": func(*voice) string { return "Service" },
		"requester":  func(v *voice) string { return v.phrase("person") },
		"first":      func(v *voice) string { return firstName(v.fact("requester")) },
		"agentfirst": func(*voice) string { return "Anke" },
		"org":        func(v *voice) string { return v.fact("requester") },
	}
}
